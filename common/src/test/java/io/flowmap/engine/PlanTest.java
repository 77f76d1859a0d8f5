package io.flowmap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.graph.Region;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which values share memory. */
class PlanTest {
    private int ids;

    private Value computed(long... shape) {
        return Value.of(ids++, shape, Type.FLOAT32, Value.Source.COMPUTED);
    }

    private Value input(long... shape) {
        return Value.of(ids++, shape, Type.FLOAT32, Value.Source.INPUT);
    }

    private static Instruction op(String name, Value output, Value... inputs) {
        return new Instruction(Instruction.Op.of(name), List.of(inputs), List.of(output), Region.OUTSIDE, 0);
    }

    @Test
    void aSlotIsFreeAfterItsLastReader() {
        Value x = input(8);
        Value a = computed(8);
        Value b = computed(8);
        Value c = computed(8);
        var plan = Plan.of(List.of(op("softmax", a, x), op("softmax", b, a), op("softmax", c, b)), Set.of(c));
        assertThat(plan.slots()).hasSize(2);
        assertThat(plan.places().get(a)).isNotEqualTo(plan.places().get(b));
        assertThat(plan.bytes()).isEqualTo(2 * 8 * 4);
    }

    @Test
    void anElementwiseOpWritesOverAnInputThatNobodyReadsAgain() {
        Value x = input(8);
        Value a = computed(8);
        Value b = computed(8);
        Value c = computed(8);
        var overwriting = Plan.of(List.of(op("tanh", a, x), op("tanh", b, a), op("softmax", c, b)), Set.of(c));
        assertThat(overwriting.places().get(b)).isEqualTo(overwriting.places().get(a));
        var read = Plan.of(List.of(op("tanh", a, x), op("tanh", b, a), op("add", c, a, b)), Set.of(c));
        assertThat(read.places().get(b)).isNotEqualTo(read.places().get(a));
    }

    @Test
    void aBroadcastOperandIsNotOverwritten() {
        Value x = input(8, 4);
        Value row = computed(4);
        Value y = computed(8, 4);
        var plan = Plan.of(List.of(op("tanh", row, input(4)), op("add", y, x, row)), Set.of());
        assertThat(plan.places().get(y)).isNotEqualTo(plan.places().get(row));
    }

    @Test
    void aPartOfAValueIsNotOverwritten() {
        Value a = computed(2, 4);
        Value row = Value.view(ids++, a, 4, new long[] {1, 4});
        Value y = computed(1, 4);
        var part = Plan.of(List.of(op("tanh", a, input(2, 4)), op("tanh", y, row)), Set.of());
        assertThat(row.offset()).isEqualTo(4);
        assertThat(part.places().get(y)).isNotEqualTo(part.places().get(a));
        Value z = computed(2, 4);
        var both = Plan.of(List.of(op("tanh", a, input(2, 4)), op("multiply", z, a, row)), Set.of());
        assertThat(both.places().get(z)).isNotEqualTo(both.places().get(a));
    }

    @Test
    void aViewKeepsItsRootAlive() {
        Value x = input(8);
        Value a = computed(8);
        Value view = Value.view(ids++, a, 0, new long[] {2, 4});
        Value b = computed(8);
        Value c = computed(2, 4);
        var plan = Plan.of(List.of(op("softmax", a, x), op("softmax", b, x), op("matmul", c, view, b)), Set.of());
        assertThat(plan.places()).doesNotContainKey(view);
        assertThat(Set.of(
                        plan.places().get(a),
                        plan.places().get(b),
                        plan.places().get(c)))
                .hasSize(3);
    }

    @Test
    void typesDoNotShareSlots() {
        Value single = computed(8);
        Value half = Value.of(ids++, new long[] {8}, Type.BFLOAT16, Value.Source.COMPUTED);
        var plan = Plan.of(List.of(op("softmax", single, input(8)), op("softmax", half, input(8))), Set.of());
        assertThat(plan.bytes()).isEqualTo(8 * 4 + 8 * 2);
    }

    @Test
    void boundOutputsTakeNoSlot() {
        Value y = computed(8);
        assertThat(Plan.of(List.of(op("tanh", y, input(8))), Set.of(y)).slots()).isEmpty();
    }

    @Test
    void valuesShareTheSlotOfTheLargest() {
        Value a = computed(2);
        Value b = computed(5);
        Value large = computed(9);
        var plan = Plan.of(
                List.of(op("softmax", a, input(2)), op("softmax", b, input(5)), op("softmax", large, input(9))),
                Set.of());
        assertThat(plan.slots()).extracting(Plan.Slot::length).containsExactly(9L);
    }

    /** A small value that lives long does not take the place of a large one. */
    @Test
    void smallValuesFillWhatLargeOnesLeaveFree() {
        Value first = computed(100);
        Value small = computed(3);
        Value second = computed(100);
        Value end = computed(3);
        var plan = Plan.of(
                List.of(
                        op("softmax", first, input(100)),
                        op("softmax", small, first),
                        op("softmax", second, input(100)),
                        op("softmax", end, second, small)),
                Set.of());
        assertThat(plan.slots()).extracting(Plan.Slot::length).containsExactly(100L, 3L, 3L);
    }

    /** Values that are alive at the same time never share a slot, in random programs. */
    @Test
    void valuesThatLiveAtTheSameTimeHaveDifferentSlots() {
        var random = new Random(3);
        for (int round = 0; round < 200; round++) {
            Value x = input(4);
            var values = new java.util.ArrayList<>(List.of(x));
            var instructions = new java.util.ArrayList<Instruction>();
            for (int i = 0; i < 30; i++) {
                Value y = computed(1 + random.nextInt(6));
                instructions.add(op(
                        random.nextBoolean() ? "add" : "softmax",
                        y,
                        values.get(random.nextInt(values.size())),
                        values.get(random.nextInt(values.size()))));
                values.add(y);
            }
            var plan = Plan.of(instructions, Set.of());
            int[] last = new int[values.size()];
            for (int i = 0; i < instructions.size(); i++) {
                last[i + 1] = Math.max(last[i + 1], i);
                for (Value read : instructions.get(i).inputs()) {
                    last[values.indexOf(read)] = i;
                }
            }
            for (int first = 1; first < values.size(); first++) {
                int made = first;
                IntStream.range(first + 1, values.size())
                        .filter(second -> last[made] > second - 1)
                        .forEach(second -> assertThat(plan.places().get(values.get(second)))
                                .isNotEqualTo(plan.places().get(values.get(made))));
            }
        }
    }
}
