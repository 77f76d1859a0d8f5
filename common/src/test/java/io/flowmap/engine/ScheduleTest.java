package io.flowmap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.graph.Region;
import io.flowmap.graph.Region.Pass;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order in which a program runs. */
class ScheduleTest {
    private int ids;

    private Value computed() {
        return Value.of(ids++, new long[] {4}, Type.FLOAT32, Value.Source.COMPUTED);
    }

    private static Instruction op(Pass pass, Value output, Value... inputs) {
        return new Instruction(Instruction.Op.of("tanh"), List.of(inputs), List.of(output), new Region(1, pass), 0);
    }

    @Test
    void aTangentFollowsTheValuesThatItReads() {
        Value x = Value.of(ids++, new long[] {4}, Type.FLOAT32, Value.Source.INPUT);
        Value a = computed();
        Value b = computed();
        var first = op(Pass.FORWARD, a, x);
        var second = op(Pass.FORWARD, b, a);
        var firstDot = op(Pass.TANGENT, computed(), a);
        var secondDot = op(Pass.TANGENT, computed(), b, firstDot.outputs().get(0));
        var reverse = op(Pass.REVERSE, computed(), a);
        assertThat(Schedule.of(List.of(first, second, firstDot, secondDot, reverse)))
                .containsExactly(first, firstDot, second, secondDot, reverse);
    }

    @Test
    void forwardAndReversePassesKeepTheirOrder() {
        Value x = Value.of(ids++, new long[] {4}, Type.FLOAT32, Value.Source.INPUT);
        var instructions = List.of(
                op(Pass.FORWARD, computed(), x), op(Pass.FORWARD, computed(), x), op(Pass.REVERSE, computed(), x));
        assertThat(Schedule.of(instructions)).isEqualTo(instructions);
    }
}
