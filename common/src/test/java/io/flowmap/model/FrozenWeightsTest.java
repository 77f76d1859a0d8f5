package io.flowmap.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.nn.Parameter;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FrozenWeightsTest {
    private static final List<Parameter> PARAMETERS = List.of(
            new Parameter("w", new long[] {2, 3, 1, 1}, Parameter.Kind.DENSE),
            new Parameter("b", new long[] {1}, Parameter.Kind.BIAS));

    @Test
    void aLinearMapServesAsA1x1Convolution() {
        INDArray w = Nd4j.arange(6).reshape(2, 3).castTo(DataType.FLOAT);
        var matched = match(Map.of("w", w, "b", Nd4j.ones(DataType.FLOAT, 1)));
        assertThat(matched.get("w").shape()).containsExactly(2, 3, 1, 1);
        assertThat(matched.get("w").data().asFloat()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void everyArrayThatDoesNotFitIsNamed() {
        Map<String, INDArray> found = Map.of(
                "w", Nd4j.ones(DataType.FLOAT, 3, 2),
                "more", Nd4j.ones(DataType.FLOAT, 1),
                "unused", Nd4j.ones(DataType.INT64, 1));
        assertThatThrownBy(() -> match(found))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 arrays do not fit: ")
                .hasMessageContaining("more is unknown")
                .hasMessageContaining("w has shape [3, 2], expected [2, 3, 1, 1]")
                .hasMessageContaining("b [1] is missing");
    }

    /** Some files hold the table of a text encoder under both of its names. */
    @Test
    void theSameArrayUnderTwoNamesIsAcceptedAndAnotherIsNot() {
        INDArray w = Nd4j.ones(DataType.FLOAT, 2, 3);
        INDArray b = Nd4j.ones(DataType.FLOAT, 1);
        UnaryOperator<String> names = name -> name.replace("copy_of_", "");
        assertThat(FrozenWeights.matched(Map.of("w", w, "b", b, "copy_of_b", b.dup()), PARAMETERS, names))
                .containsOnlyKeys("w", "b");
        assertThatThrownBy(
                        () -> FrozenWeights.matched(Map.of("w", w, "b", b, "copy_of_b", b.add(1)), PARAMETERS, names))
                .hasMessageContaining("differs from the array of its other name");
    }

    private static Map<String, INDArray> match(Map<String, INDArray> found) {
        return FrozenWeights.matched(found, PARAMETERS, name -> name.equals("unused") ? null : name);
    }
}
