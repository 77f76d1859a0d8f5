package io.flowmap.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NeighboursTest {
    @ParameterizedTest
    @CsvSource({"40, 30, 3, 1, 7", "50, 60, 5, 3, 16", "25, 25, 9, 4, 100", "10, 8, 2, 3, 3"})
    void precisionAndRecallMatchAPlainDoubleLoop(int n, int m, int dimension, int k, int rows) {
        var real = FeatureSets.gaussian(n, dimension, 1);
        var generated = FeatureSets.gaussian(m, dimension, 2);
        System.arraycopy(real, 0, generated, 0, 2 * dimension);
        System.arraycopy(generated, 0, generated, 3 * dimension, dimension);
        var result = FeatureSets.precisionAndRecall(
                FeatureSets.blocks(real, dimension, rows), FeatureSets.blocks(generated, dimension, rows), k);
        assertThat(result[0]).isEqualTo(covered(generated, real, dimension, k));
        assertThat(result[1]).isEqualTo(covered(real, generated, dimension, k));
    }

    /** The share of points within the k-th neighbour's distance of some centre. */
    private static double covered(float[] points, float[] centres, int dimension, int k) {
        int inside = 0;
        for (int i = 0; i < points.length / dimension; i++) {
            boolean covered = false;
            for (int c = 0; c < centres.length / dimension; c++) {
                var radii = new double[centres.length / dimension];
                for (int o = 0; o < radii.length; o++) {
                    radii[o] = distance(centres, c, centres, o, dimension);
                }
                Arrays.sort(radii);
                covered |= distance(points, i, centres, c, dimension) <= radii[k];
            }
            inside += covered ? 1 : 0;
        }
        return inside / (double) (points.length / dimension);
    }

    private static double distance(float[] a, int i, float[] b, int j, int dimension) {
        double sum = 0;
        for (int d = 0; d < dimension; d++) {
            double difference = (double) a[i * dimension + d] - b[j * dimension + d];
            sum += difference * difference;
        }
        return sum;
    }
}
