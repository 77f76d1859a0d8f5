package io.flowmap.adversarial.discriminator;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.adversarial.discriminator.PenaltyConfig.Type;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.Parameter;
import io.flowmap.testing.Reference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;

/** Every network of reference/discriminator in float64: logits, image gradients, penalties, losses, and gradients of both networks. */
@Tag("reference")
class DiscriminatorReferenceTest {
    private static final double TOLERANCE = 1e-9;

    private int checked;

    @Test
    void everyNetworkMatches() {
        for (var folder : DiscriminatorCase.folders()) {
            checked = 0;
            var reference = DiscriminatorCase.read(folder);
            parametersAreTheReferences(reference);
            bothSidesMatch(reference);
            penaltyGradientMatches(reference);
            for (var gamma : reference.gammas()) {
                discriminatorGradientMatches(reference, gamma);
            }
            Reference.checked(folder, checked);
        }
    }

    private void parametersAreTheReferences(DiscriminatorCase reference) {
        var expected = new LinkedHashMap<String, List<Long>>();
        Reference.json(reference.folder(), "config").get("shapes").fields().forEachRemaining(field -> {
            var shape = new java.util.ArrayList<Long>();
            field.getValue().forEach(size -> shape.add(size.asLong()));
            expected.put(field.getKey(), shape);
        });
        var actual = reference.discriminator().parameters().list().stream()
                .collect(Collectors.toMap(
                        Parameter::name,
                        p -> java.util.Arrays.stream(p.shape()).boxed().toList(),
                        (a, b) -> a,
                        LinkedHashMap::new));
        assertThat(actual).containsExactlyEntriesOf(expected);
    }

    private void bothSidesMatch(DiscriminatorCase reference) {
        var g = graph(reference);
        var game = Game.of(g.shapes, g.players, new PenaltyConfig(Type.EXACT, 1, 1, 1), null);
        var expected = reference.expected("outputs");
        check(g.value(game.loss().real()), expected, "logits_real");
        check(g.value(game.loss().fake()), expected, "logits_fake");
        var ones = g.shapes.graph().constant(org.nd4j.linalg.factory.Nd4j.ones(g.scope.type(), reference.batch()));
        check(
                g.value(Vjp.of(g.shapes, game.loss().real(), ones, List.of(g.real))
                        .get(g.real)),
                expected,
                "r1_image_grad");
        check(g.value(game.realPenalty().size()), expected, "r1_penalty");
        check(g.value(game.loss().generator()), expected, "rpgan_G_adv");
        check(g.value(game.generatorSlope()), expected, "rpgan_G_image_grad");
        for (var gamma : reference.gammas()) {
            check(g.value(game.loss().discriminator()), expected, "rpgan_D_g" + gamma + "_adv");
            check(g.value(game.realPenalty().size()), expected, "rpgan_D_g" + gamma + "_R1");
            check(g.value(game.fakePenalty().size()), expected, "rpgan_D_g" + gamma + "_R2");
        }
    }

    /** d mean (10/2 R1) / dparameters and d mean D(real) / dparameters. */
    private void penaltyGradientMatches(DiscriminatorCase reference) {
        var g = graph(reference);
        var game = Game.of(g.shapes, g.players, new PenaltyConfig(Type.EXACT, 10, 1, 1), null);
        var penalty = game.realPenalty();
        checkGradients(reference, g, Map.of(penalty.output(), penalty.cotangent()), "grad_r1_gamma10_mean");
        var mean = game.loss().real().mean();
        checkGradients(reference, g, Map.of(mean, g.shapes.graph().one(null, g.scope.type())), "grad_logits_mean");
    }

    private void discriminatorGradientMatches(DiscriminatorCase reference, String gamma) {
        var g = graph(reference);
        var penalty = new PenaltyConfig(Type.EXACT, Double.parseDouble(gamma), 1, 1);
        var game = Game.of(g.shapes, g.players, penalty, null);
        checkGradients(reference, g, game.discriminatorCotangents(), "grad_rpgan_D_gamma" + gamma);
        lossIsTheSum(reference, g, game, gamma);
    }

    /** L_D + gamma/2 (R1 + R2), the loss used by the reference's trainer. */
    private void lossIsTheSum(DiscriminatorCase reference, GameGraph g, Game game, String gamma) {
        double loss = mean(g.value(game.loss().discriminator()))
                + Double.parseDouble(gamma)
                        / 2
                        * (mean(g.value(game.realPenalty().size()))
                                + mean(g.value(game.fakePenalty().size())));
        var info = Reference.json(reference.folder(), "info");
        double expected = info.get("D_loss_gamma" + gamma + "_flat").asDouble();
        assertThat(Math.abs(loss - expected) / expected)
                .as("loss, gamma %s", gamma)
                .isLessThan(TOLERANCE);
        double generator = mean(g.value(game.loss().generator()));
        double expectedGenerator = info.get("G_loss").asDouble();
        assertThat(Math.abs(generator - expectedGenerator) / expectedGenerator).isLessThan(TOLERANCE);
        checked += 2;
    }

    private void checkGradients(
            DiscriminatorCase reference, GameGraph g, Map<SDVariable, SDVariable> cotangents, String file) {
        var expected = reference.expected(file);
        var gradients = Vjp.of(g.shapes, cotangents, g.parameters());
        var values = g.values(List.copyOf(gradients.values()));
        double largest = expected.values().stream()
                .flatMapToDouble(java.util.Arrays::stream)
                .map(Math::abs)
                .max()
                .orElseThrow();
        int i = 0;
        for (var p : reference.discriminator().parameters()) {
            double[] golden = expected.get(p.name());
            double[] value = values.get(i++);
            boolean zero = java.util.Arrays.stream(golden).allMatch(x -> Math.abs(x) < 1e-15 * largest);
            double off = zero
                    ? java.util.Arrays.stream(value).map(Math::abs).max().orElse(0) / largest
                    : Reference.relativeToMaximum(value, golden);
            assertThat(off).as("%s %s %s", reference.folder(), file, p.name()).isLessThan(TOLERANCE);
            checked++;
        }
        assertThat(expected).hasSize(i);
    }

    private static GameGraph graph(DiscriminatorCase reference) {
        var g = new GameGraph(reference.discriminator(), reference.weights(), reference.batch());
        g.write("real", reference.input("real"));
        g.write("fake", reference.input("fake"));
        if (!g.condition.isEmpty()) {
            g.write("condition.class", reference.input("c"));
        }
        return g;
    }

    private void check(double[] actual, Map<String, double[]> expected, String name) {
        assertThat(Reference.relativeToMaximum(actual, expected.get(name)))
                .as(name)
                .isLessThan(TOLERANCE);
        checked++;
    }

    private static double mean(double[] values) {
        return java.util.Arrays.stream(values).average().orElseThrow();
    }
}
