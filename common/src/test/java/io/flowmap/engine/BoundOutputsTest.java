package io.flowmap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.graph.Shapes;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Outputs of a program in buffers of the caller. */
class BoundOutputsTest {
    @Test
    void aPartAndTheWholeOfAnArrayAreBothWritten() {
        try (var shapes = new Shapes(SameDiff.create())) {
            var x = shapes.graph().placeHolder("x", DataType.FLOAT, 3, 2);
            var whole = shapes.graph().math().tanh(x);
            var part = shapes.graph().slice(whole, new int[] {1, 0}, 1, 2);
            var all = Nd4j.create(DataType.FLOAT, 3, 2);
            var row = Nd4j.create(DataType.FLOAT, 1, 2);
            var inputs = Map.of("x", Nd4j.createFromArray(new float[][] {{0, 1}, {2, -3}, {4, 5}}));
            try (var program = Nd4jBackend.compile(shapes, inputs, Map.of(part.name(), row))) {
                program.run();
            }
            assertThat(row.data().asFloat()).containsExactly((float) Math.tanh(2), (float) Math.tanh(-3));
            row.assign(0);
            try (var program = Nd4jBackend.compile(shapes, inputs, Map.of(part.name(), row, whole.name(), all))) {
                program.run();
            }
            assertThat(all.getRow(1).dup().data().asFloat())
                    .isEqualTo(row.data().asFloat());
            assertThat(row.data().asFloat()).containsExactly((float) Math.tanh(2), (float) Math.tanh(-3));
        }
    }
}
