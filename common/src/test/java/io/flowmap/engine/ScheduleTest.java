package io.flowmap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.graph.Jvp;
import io.flowmap.graph.Shapes;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Network;
import io.flowmap.nn.Scope;
import io.flowmap.nn.flux.FluxConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** The order of the instructions of a gradient that passes through a tangent. */
class ScheduleTest {
    private static final int HEADS = 2;
    private static final int TEXT = 8;
    private static final int IMAGE = 256;

    /** The plan for the gradient of sum F dF/dx' of a transformer with so many blocks. */
    private static ProgramPlan plan(int depth, boolean recomputing) {
        var condition = new ConditionShape(Map.of("text", List.of(TEXT, 8), "pooled", List.of(4)));
        var network = new FluxConfig(64, HEADS, depth, 0, List.of(8, 12, 12), 100, 4, false)
                .network(new long[] {4, 32, 32}, condition, false);
        try (var shapes = new Shapes(SameDiff.create())) {
            var scope = Scope.trained(shapes, DataType.FLOAT, "");
            var input = Network.Input.placeholders(network, shapes, DataType.FLOAT, 1, network.sample());
            var y = network.apply(scope, input);
            var dot = Jvp.of(shapes, y, Map.of(input.x(), input.x().mul(0.5)));
            var gradient = Vjp.of(shapes, y, dot, List.of(scope.variable("img_in.weight")));
            return ProgramPlan.of(
                    new Nd4jBackend(),
                    shapes,
                    gradient.values().stream().map(g -> g.name()).toList(),
                    recomputing);
        }
    }

    @Test
    void everyInstructionComesAfterThoseThatItReads() {
        for (boolean recomputing : new boolean[] {false, true}) {
            var plan = plan(3, recomputing);
            var written = new HashSet<Value>();
            for (var instruction : plan.each()) {
                for (var value : instruction.inputs()) {
                    assertThat(!value.root().isComputed()
                                    || plan.kept().contains(value.root())
                                    || written.contains(value.root()))
                            .isTrue();
                }
                written.addAll(instruction.outputs());
            }
        }
    }

    /** A further block must not keep its attention weights from the forward pass to its tangents. */
    @Test
    void aFurtherBlockKeepsLessThanItsAttentionWeights() {
        long tokens = TEXT + IMAGE;
        long attention = Float.BYTES * HEADS * tokens * tokens;
        long further = (plan(6, true).bytes() - plan(2, true).bytes()) / 4;
        assertThat(further).isLessThan(attention / 2);
        assertThat((plan(6, false).bytes() - plan(2, false).bytes()) / 4).isGreaterThan(attention);
    }
}
