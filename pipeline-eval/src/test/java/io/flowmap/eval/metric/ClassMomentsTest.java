package io.flowmap.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClassMomentsTest {
    private static final int DIMENSION = 3;

    @Test
    void distancesOfClassesAreThoseOfTheirRowsAlone() {
        var a = FeatureSets.gaussian(90, DIMENSION, 1);
        var b = FeatureSets.gaussian(60, DIMENSION, 2);
        var distances = moments(a, 25).distances(moments(b, 40), FrechetDistance.SAMPLE);
        assertThat(distances).containsOnlyKeys(0, 1);
        for (int label = 0; label < 2; label++) {
            double expected = FrechetDistance.between(Moments.of(rows(a, label)), Moments.of(rows(b, label)));
            assertThat(distances.get(label)).isCloseTo(expected, within(1e-11));
        }
    }

    @Test
    void asManyLabelsAsRowsAreAskedFor() {
        assertThatThrownBy(() -> ClassMoments.of(new FeatureBlock(4, 1, new float[3]), new int[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot take moments by class of block 4: expected 3 labels, got 2");
    }

    /** Labels 0, 1 and none in turn. */
    private static ClassMoments moments(float[] features, int length) {
        var moments = ClassMoments.empty();
        for (var block : FeatureSets.blocks(features, DIMENSION, length)) {
            int first = block.block() * length;
            var labels = IntStream.range(0, block.rows())
                    .map(row -> label(first + row))
                    .toArray();
            moments = moments.merge(ClassMoments.of(block, labels));
        }
        return moments;
    }

    private static FeatureBlock rows(float[] features, int label) {
        return new FeatureBlock(0, DIMENSION, features)
                .select(IntStream.range(0, features.length / DIMENSION)
                        .filter(row -> label(row) == label)
                        .toArray());
    }

    private static int label(int row) {
        return row % 3 - (row % 3 == 2 ? 3 : 0);
    }
}
