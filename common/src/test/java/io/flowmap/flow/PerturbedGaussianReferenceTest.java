package io.flowmap.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Variances and distances of the models of Theorem 3.1 against the tables in the reference folder gaussian. */
@Tag("reference")
class PerturbedGaussianReferenceTest {
    private static final String VARIANCE = "_var";
    private static final String DISTANCE = "_W2";

    /** A model and the gamma that it is sampled with. */
    private record Sampled(ScalingMap map, double gamma) {
        double variance(int n) {
            return map.variance(n, gamma);
        }
    }

    @Test
    void everyColumnOfTheTableMatches() throws IOException {
        Path folder = Reference.require("gaussian");
        List<String> lines = Files.readAllLines(folder.resolve("multistep_w2.csv"));
        List<String> header = List.of(lines.get(0).split(","));
        int cases = 0;
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",");
            var models = models(number(cells[0]), number(cells[1]));
            for (int column = 3; column < cells.length; column++) {
                String name = header.get(column);
                boolean variance = name.endsWith(VARIANCE);
                var model = of(models, name.replaceAll(VARIANCE + "$|" + DISTANCE + "$", ""));
                if (model.isPresent()) {
                    double actual = model.get().variance(Integer.parseInt(cells[2]));
                    double value = variance ? actual : models.distance(actual);
                    double expected = number(cells[column]);
                    // the variance starts at 1; the distance is the difference of two deviations of this size
                    double scale = Math.max(1, variance ? expected : expected + number(cells[0]));
                    assertThat(value).as("%s of %s", name, line).isCloseTo(expected, within(1e-12 * scale));
                    cases++;
                }
            }
        }
        header.subList(3, header.size()).stream()
                .filter(name -> of(models(1, 0), name.replaceAll(VARIANCE + "$|" + DISTANCE + "$", ""))
                        .isEmpty())
                .forEach(name -> Reference.skipped(folder, "column " + name));
        Reference.checked(folder, cases);
    }

    @Test
    void bestNumbersOfStepsMatch() {
        Path folder = Reference.require("gaussian");
        JsonNode summary = Reference.json(folder, "info").path("summary");
        int cases = 0;
        for (var set : summary.properties()) {
            var models = models(set.getKey());
            for (var entry : set.getValue().properties()) {
                var model = of(models, entry.getKey());
                if (model.isPresent()) {
                    int best = 1;
                    for (int n = 2; n <= 64; n++) {
                        best = models.distance(model.get().variance(n))
                                        < models.distance(model.get().variance(best))
                                ? n
                                : best;
                    }
                    assertThat(best)
                            .as("%s %s", set.getKey(), entry.getKey())
                            .isEqualTo(entry.getValue().path("argmin_n").asInt());
                    cases++;
                } else {
                    Reference.skipped(folder, "model " + entry.getKey());
                }
            }
        }
        Reference.checked(folder, cases);
    }

    /** Deviations for up to tens of thousands of steps; the error keeps growing. */
    @Test
    void growthWithTheNumberOfStepsMatches() {
        Path folder = Reference.require("gaussian");
        int cases = 0;
        for (var set : Reference.json(folder, "info").path("growth_cmA_std").properties()) {
            var model = models(set.getKey()).consistency(PerturbedGaussian.Consistency.A);
            for (JsonNode pair : set.getValue()) {
                double deviation = Math.sqrt(model.variance(pair.get(0).asInt(), 1));
                double expected = pair.get(1).asDouble();
                assertThat(deviation).isCloseTo(expected, within(1e-9 * expected));
                cases++;
            }
        }
        Reference.checked(folder, cases);
    }

    /** Parses a column name: cm and a form, fm, gamma and a number, euler_teacher or euler. Other columns have no model here. */
    private static Optional<Sampled> of(PerturbedGaussian models, String name) {
        if (name.startsWith("cm")) {
            return Stream.of(PerturbedGaussian.Consistency.values())
                    .filter(form -> name.equals("cm" + form))
                    .map(form -> new Sampled(models.consistency(form), 1))
                    .findFirst();
        }
        if (name.startsWith("gamma")) {
            return Optional.of(new Sampled(models.flowMap(), number(name.substring("gamma".length()))));
        }
        return switch (name) {
            case "fm" -> Optional.of(new Sampled(models.flowMap(), 0));
            case "euler", "euler_teacher" -> Optional.of(new Sampled(models.euler(), 0));
            default -> Optional.empty();
        };
    }

    /** The models for a key such as "c=0.5,eps=0.01". */
    private static PerturbedGaussian models(String key) {
        String[] parts = key.split("[=,]");
        return models(number(parts[1]), number(parts[3]));
    }

    private static PerturbedGaussian models(double c, double error) {
        return new PerturbedGaussian(new GaussianFlow(c), error);
    }

    private static double number(String text) {
        return Double.parseDouble(text);
    }
}
