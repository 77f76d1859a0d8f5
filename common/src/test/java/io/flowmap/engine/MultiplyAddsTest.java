package io.flowmap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.graph.Jvp;
import io.flowmap.graph.RuleTableTest;
import io.flowmap.graph.Shapes;
import io.flowmap.graph.Vjp;
import io.flowmap.model.FieldProgram;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.edm2.UNet;
import io.flowmap.nn.edm2.UNetConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** Counts for every op of the table against loops that count one by one, and for EDM2's networks against counts by hand. */
class MultiplyAddsTest {
    /** Expected counts by case of {@link RuleTableTest}; every other op has none. */
    private static final Map<String, Long> COUNTED = Map.of(
            "matmul", loops(2, 3, 4),
            "matmul tn", loops(2, 3, 4),
            "matmul nt", loops(2, 3, 4),
            "matmul tt", loops(2, 3, 4),
            "matmul batched", loops(2, 5, 3, 4),
            "conv2d", loops(2, 4, 6, 5, 3, 3, 3),
            "conv2d nchw", loops(2, 4, 4, 2, 3, 3, 3),
            "conv2d strided with bias", loops(2, 2, 3, 5, 3, 3, 3),
            "conv2d nchw with bias", loops(2, 4, 4, 2, 3, 3, 3));

    /** Multiply-adds of nested loops of these lengths, one in the innermost statement. */
    private static long loops(int... lengths) {
        if (lengths.length == 0) {
            return 1;
        }
        long count = 0;
        for (int i = 0; i < lengths[0]; i++) {
            count += loops(Arrays.copyOfRange(lengths, 1, lengths.length));
        }
        return count;
    }

    private static long count(Shapes shapes, List<String> outputs) {
        return ProgramPlan.of(new Nd4jBackend(), shapes, outputs, false).multiplyAdds();
    }

    static List<RuleTableTest.Case> cases() {
        return RuleTableTest.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theCountOfAnOpMatchesItsLoops(RuleTableTest.Case tested) {
        var built = Built.of(tested);
        assertThat(count(built.shapes, List.of(built.y.name()))).isEqualTo(COUNTED.getOrDefault(tested.name(), 0L));
    }

    static Stream<RuleTableTest.Case> products() {
        return cases().stream().filter(tested -> COUNTED.containsKey(tested.name()));
    }

    @ParameterizedTest
    @MethodSource("products")
    void cotangentsAndTangentsOfAProductCostTwiceTheProduct(RuleTableTest.Case tested) {
        var built = Built.of(tested);
        var seed = built.graph.placeHolder("u", DataType.DOUBLE, built.shapes.of(built.y));
        var cotangents = Vjp.of(built.shapes, built.y, seed, List.of(built.x)).values();
        assertThat(count(built.shapes, cotangents.stream().map(SDVariable::name).toList()))
                .isEqualTo(2 * COUNTED.get(tested.name()));
        var moved = Arrays.stream(built.x)
                .collect(Collectors.toMap(
                        x -> x, x -> built.graph.placeHolder(x.name() + "Dot", DataType.DOUBLE, built.shapes.of(x))));
        assertThat(count(
                        built.shapes,
                        List.of(Jvp.of(built.shapes, built.y, moved).name())))
                .isEqualTo(2 * COUNTED.get(tested.name()));
    }

    /** EDM2's networks for 512 pixels: 64x64x4 latents, 1000 classes. EDM2 publishes 46, 102 and 181, which include ops of lower order. */
    @ParameterizedTest
    @CsvSource({"128, 44.95e9", "192, 100.82e9", "256, 178.95e9"})
    void edm2NetworksMatchCountsByHand(int channels, double expected) {
        var config = UNetConfig.of(channels, List.of(1, 2, 3, 4), 3, List.of(16, 8), 64);
        var unet = new UNet(config, new long[] {4, 64, 64}, ConditionShape.classes(1000), false);
        assertThat((double) FieldProgram.multiplyAdds(unet, unet.sample())).isCloseTo(expected, within(5e6));
    }

    private record Built(SameDiff graph, Shapes shapes, SDVariable[] x, SDVariable y) {
        static Built of(RuleTableTest.Case tested) {
            var graph = SameDiff.create();
            var x = new SDVariable[tested.shapes().size()];
            for (int i = 0; i < x.length; i++) {
                x[i] = graph.placeHolder(
                        "x" + i, DataType.DOUBLE, tested.shapes().get(i));
            }
            return new Built(graph, new Shapes(graph), x, tested.emitter().emit(graph, x));
        }
    }
}
