package io.flowmap.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.distance.KernelDistance;
import io.flowmap.eval.distance.KernelSubsets;
import io.flowmap.eval.neighbour.PrecisionRecall;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every case of the reference, compared with every value that the original programs computed for it. */
@Tag("reference")
class ReferenceMetricsTest {
    private static final int NEIGHBOURS = 3;
    private static final double EXACT = 1e-9;

    /** Error of a matrix square root, or of a product's eigenvalues, if a covariance is singular; relative to the covariances' traces. */
    private static final double SINGULAR = 1e-7;

    /** Error of moments computed by sums or with means in float32; relative to the traces and the distance of the means. */
    private static final double SUMS = 3e-6;

    private static final long TORCH_FIDELITY_SEED = 2020;

    @Test
    void everyValueOfEveryReferenceCaseIsMatched() throws IOException {
        var folder = Reference.require("metrics");
        var expected = Reference.json(folder, "expected");
        var names = cases(folder);
        for (var name : names) {
            var arrays = Reference.arrays(folder, name);
            var real = FeatureSets.blocks(arrays.get("real"), 256);
            var generated = FeatureSets.blocks(arrays.get("gen"), 256);
            checkDistance(name, expected.path(name), real, generated);
            checkPrecisionAndRecall(name, expected.path(name), real, generated);
            checkKernelDistance(name, expected.path(name), real, generated);
            checkSubsets(name, expected.path(name), arrays, Reference.arrays(folder, name + "_kid_subsets"));
        }
        Reference.checked(folder, names.size());
    }

    /** Cases: files with both sets that expected.json lists. */
    private static List<String> cases(Path folder) throws IOException {
        var expected = Reference.json(folder, "expected");
        try (var files = Files.list(folder)) {
            var cases = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".npz") && !name.endsWith("_kid_subsets.npz"))
                    .map(name -> name.substring(0, name.length() - 4))
                    .sorted()
                    .collect(Collectors.partitioningBy(expected::has));
            cases.get(false)
                    .forEach(name -> Reference.skipped(folder, name + ", of which expected.json has no values"));
            return cases.get(true);
        }
    }

    private static void checkDistance(
            String name, JsonNode expected, List<FeatureBlock> real, List<FeatureBlock> generated) {
        var a = FeatureSets.moments(real);
        var b = FeatureSets.moments(generated);
        double scale = a.scatterTrace() / (a.count() - 1) + b.scatterTrace() / (b.count() - 1);
        double sample = FrechetDistance.between(a, b, FrechetDistance.SAMPLE);
        double population = FrechetDistance.between(a, b, FrechetDistance.POPULATION);
        double exact = expected.path("fid_exact_svd_ddof1").asDouble();
        assertThat(sample).as(name).isCloseTo(exact, within(EXACT * Math.abs(exact) + 1e-13 * scale));
        double spread = Math.abs(expected.path("fid_exact_eigh_ddof1").asDouble() - exact);
        double tolerance = EXACT * Math.abs(exact) + (spread > EXACT * scale ? SINGULAR : 1e-12) * scale;
        for (var key : List.of("fid_pytorch_fid_f64", "fid_torch_fidelity_f64feat", "fid_exact_eigh_ddof1")) {
            assertThat(sample).as(name + " " + key).isCloseTo(expected.path(key).asDouble(), within(tolerance));
        }
        assertThat(population)
                .as(name)
                .isCloseTo(expected.path("fid_exact_eigh_ddof0").asDouble(), within(tolerance));
        double bySums = tolerance + SUMS * (scale + Math.abs(exact));
        assertThat(sample)
                .as(name)
                .isCloseTo(expected.path("fid_edm2_sample_cov").asDouble(), within(bySums));
        assertThat(population)
                .as(name)
                .isCloseTo(expected.path("fid_stylegan3_population_cov").asDouble(), within(bySums));
        assertThat(sample)
                .as(name)
                .isCloseTo(expected.path("fid_torch_fidelity_f32feat").asDouble(), within(bySums));
        assertThat(FrechetDistance.between(a, a)).as(name).isLessThanOrEqualTo(EXACT * scale);
        assertThat(FrechetDistance.between(b, b)).as(name).isLessThanOrEqualTo(EXACT * scale);
    }

    private static void checkPrecisionAndRecall(
            String name, JsonNode expected, List<FeatureBlock> real, List<FeatureBlock> generated) {
        var result = PrecisionRecall.between(real, generated, NEIGHBOURS);
        for (var key : List.of("pr_exact_bruteforce_f64", "pr_stylegan3_f64")) {
            if (expected.has(key)) {
                assertThat(result.precision())
                        .as(name + " precision " + key)
                        .isEqualTo(expected.path(key).get(0).asDouble());
                assertThat(result.recall())
                        .as(name + " recall " + key)
                        .isEqualTo(expected.path(key).get(1).asDouble());
            }
        }
        var rounded = expected.path("prc_torch_fidelity_f64");
        assertThat((float) result.precision()).as(name).isEqualTo((float)
                rounded.path("precision").asDouble());
        assertThat((float) result.recall()).as(name).isEqualTo((float)
                rounded.path("recall").asDouble());
    }

    private static void checkKernelDistance(
            String name, JsonNode expected, List<FeatureBlock> real, List<FeatureBlock> generated) {
        double distance = expected.path("kid_unbiased_full_f64").asDouble();
        assertThat(KernelDistance.between(real, generated).mean())
                .as(name)
                .isCloseTo(distance, within(EXACT * Math.abs(distance)));
    }

    private static void checkSubsets(
            String name, JsonNode expected, Map<String, Npy> arrays, Map<String, Npy> indices) {
        var real = FeatureSets.blocks(arrays.get("real"), Integer.MAX_VALUE).get(0);
        var generated = FeatureSets.blocks(arrays.get("gen"), Integer.MAX_VALUE).get(0);
        var given = new KernelSubsets(subsets(indices.get("real_idx")), subsets(indices.get("gen_idx")));
        double ofGiven = expected.path("kid_stylegan3_given_subsets_f64").asDouble();
        assertThat(FeatureSets.kernelDistance(real, generated, given).mean())
                .as(name)
                .isCloseTo(ofGiven, within(EXACT * Math.abs(ofGiven)));
        var drawn = KernelSubsets.numpy(
                TORCH_FIDELITY_SEED,
                expected.path("kid_num_subsets").asInt(),
                expected.path("kid_subset_size").asInt(),
                real.rows(),
                generated.rows());
        var distance = FeatureSets.kernelDistance(real, generated, drawn);
        var ofDrawn = expected.path("kid_torch_fidelity");
        double mean = ofDrawn.path("kernel_inception_distance_mean").asDouble();
        double deviation = ofDrawn.path("kernel_inception_distance_std").asDouble();
        assertThat(distance.mean()).as(name).isCloseTo(mean, within(EXACT * (Math.abs(mean) + deviation)));
        assertThat(distance.deviation()).as(name).isCloseTo(deviation, within(EXACT * (Math.abs(mean) + deviation)));
    }

    /** Rows of a matrix of indices. */
    private static int[][] subsets(Npy indices) {
        int size = Math.toIntExact(indices.shape()[1]);
        var all = indices.ints();
        return IntStream.range(0, all.length / size)
                .mapToObj(i -> Arrays.copyOfRange(all, i * size, (i + 1) * size))
                .toArray(int[][]::new);
    }
}
