package io.flowmap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.graph.Shapes;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.Network;
import io.flowmap.nn.Scope;
import io.flowmap.nn.edm2.UNet;
import io.flowmap.nn.edm2.UNetConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What programs over the same frozen weights share. */
class FoldsTest {
    private static final Network UNET = new UNet(
            UNetConfig.of(8, List.of(1, 2), 1, List.of(4), 8), new long[] {2, 8, 8}, ConditionShape.NONE, false);

    private static Map<String, INDArray> weights(DataType type) {
        var arrays = UNET.parameters().arrays(InitialParameters.draw(UNET.parameters(), 5));
        arrays.replaceAll((name, array) -> (array.length() == 1 ? Nd4j.scalar(0.5f) : array).castTo(type));
        return arrays;
    }

    /** A compiled network, its input and its output. */
    private record Compiled(Shapes shapes, Program program, INDArray output) implements AutoCloseable {
        static Compiled of(Map<String, INDArray> weights, int batch) {
            var shapes = new Shapes(SameDiff.create());
            var scope = Scope.frozen(shapes, DataType.FLOAT, "net.", weights);
            var input = Network.Input.placeholders(UNET, shapes, DataType.FLOAT, batch, UNET.sample());
            var y = UNET.apply(scope, input);
            var arrays = new LinkedHashMap<String, INDArray>();
            arrays.put(
                    input.x().name(),
                    Nd4j.linspace(-1, 1, batch * 128L, DataType.FLOAT).reshape('c', batch, 8, 8, 2));
            arrays.put(input.noise().name(), Nd4j.ones(DataType.FLOAT, batch).muli(0.3));
            var output = Nd4j.create(DataType.FLOAT, shapes.of(y));
            return new Compiled(shapes, Nd4jBackend.compile(shapes, arrays, Map.of(y.name(), output)), output);
        }

        float[] run() {
            program.run();
            return output.data().asFloat();
        }

        @Override
        public void close() {
            program.close();
            shapes.close();
        }
    }

    @Test
    void programsOverTheSameWeightsShareTheirFoldedValues() {
        var weights = weights(DataType.FLOAT);
        var folds = Folds.ofThisJvm();
        long held = folds.bytes();
        long before = folds.computed();
        try (var first = Compiled.of(weights, 1)) {
            long computed = folds.computed() - before;
            assertThat(computed).isPositive();
            float[] alone = first.run();
            try (var second = Compiled.of(weights, 1);
                    var wider = Compiled.of(weights, 3)) {
                assertThat(folds.computed() - before).isEqualTo(computed);
                assertThat(second.run()).isEqualTo(alone);
                assertThat(wider.run()).hasSize(3 * alone.length);
            }
            assertThat(first.run()).as("after the others were closed").isEqualTo(alone);
        }
        assertThat(folds.bytes()).isEqualTo(held);
    }

    @Test
    void otherWeightsShareNothing() {
        var folds = Folds.ofThisJvm();
        long before = folds.computed();
        try (var first = Compiled.of(weights(DataType.FLOAT), 1)) {
            long computed = folds.computed() - before;
            try (var second = Compiled.of(weights(DataType.FLOAT), 1)) {
                assertThat(folds.computed() - before).isEqualTo(2 * computed);
                assertThat(second.run()).isEqualTo(first.run());
            }
        }
    }

    /** The output matches weights rounded to the type, and no array as large as the weights is kept. */
    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"HALF", "BFLOAT16"})
    void weightsOfHalfPrecisionAreNotCopied(DataType type) {
        var halves = weights(type);
        var rounded = new LinkedHashMap<String, INDArray>();
        halves.forEach((name, array) -> rounded.put(name, array.castTo(DataType.FLOAT)));
        var folds = Folds.ofThisJvm();
        long held = folds.bytes();
        float[] expected;
        long full;
        try (var wide = Compiled.of(rounded, 1)) {
            expected = wide.run();
            full = folds.bytes() - held;
        }
        try (var narrow = Compiled.of(halves, 1)) {
            assertThat(narrow.run()).isEqualTo(expected);
            assertThat(folds.bytes() - held).isLessThan(full / 4);
        }
    }
}
