package io.flowmap.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("reference")
class ReferenceMetricsTest {
    private static final int NEIGHBOURS = 3;

    @Test
    void frechetDistanceAndPrecisionAndRecallMatchEveryReferenceCase() throws IOException {
        var folder = Reference.require("metrics");
        var expected = Reference.json(folder, "expected");
        var names = cases(folder);
        for (var name : names) {
            var arrays = Reference.arrays(folder, name);
            var real = FeatureSets.blocks(arrays.get("real"), 256);
            var generated = FeatureSets.blocks(arrays.get("gen"), 256);
            checkDistance(name, expected.path(name), real, generated);
            checkPrecisionAndRecall(name, expected.path(name), real, generated);
        }
        Reference.checked(folder, names.size());
    }

    /** Cases are the files with both sets that expected.json knows. */
    private static List<String> cases(Path folder) throws IOException {
        var expected = Reference.json(folder, "expected");
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".npz"))
                    .map(name -> name.substring(0, name.length() - 4))
                    .filter(expected::has)
                    .sorted()
                    .toList();
        }
    }

    /** The exact form to rounding; pytorch-fid's matrix square root is itself off by up to 5e-5 on singular covariances. */
    private static void checkDistance(
            String name, JsonNode expected, List<FeatureBlock> real, List<FeatureBlock> generated) {
        var a = FeatureSets.moments(real);
        var b = FeatureSets.moments(generated);
        double scale = a.scatterTrace() / (a.count() - 1) + b.scatterTrace() / (b.count() - 1);
        double actual = FrechetDistance.between(a, b);
        assertThat(actual)
                .as(name)
                .isCloseTo(expected.path("fid_exact_svd_ddof1").asDouble(), within(1e-11 * scale));
        assertThat(actual)
                .as(name)
                .isCloseTo(expected.path("fid_pytorch_fid_f64").asDouble(), within(1e-4));
        assertThat(FrechetDistance.between(a, a)).as(name).isLessThan(1e-9);
        assertThat(FrechetDistance.between(b, b)).as(name).isLessThan(1e-9);
    }

    private static void checkPrecisionAndRecall(
            String name, JsonNode expected, List<FeatureBlock> real, List<FeatureBlock> generated) {
        var result = FeatureSets.precisionAndRecall(real, generated, NEIGHBOURS);
        for (var key : List.of("pr_exact_bruteforce_f64", "pr_stylegan3_f64")) {
            if (expected.has(key)) {
                assertThat(result[0])
                        .as(name + " precision " + key)
                        .isEqualTo(expected.path(key).get(0).asDouble());
                assertThat(result[1])
                        .as(name + " recall " + key)
                        .isEqualTo(expected.path(key).get(1).asDouble());
            }
        }
    }
}
