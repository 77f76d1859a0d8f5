package io.flowmap.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.GraphInputs;
import io.flowmap.graph.Jvp;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.edm2.UNet;
import io.flowmap.nn.edm2.UNetConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Values and derivatives of a network with products in half precision, against the same in float64. */
class PrecisionTest {
    private static final UNet UNET = new UNet(
            UNetConfig.of(16, List.of(1, 2), 1, List.of(4), 16),
            new long[] {3, 8, 8},
            ConditionShape.classes(3),
            false);
    private static final int BATCH = 4;

    /** Output, tangent and the gradient of sum u F for drawn parameters, inputs and u. */
    private static List<double[]> derivatives(DataType type, Precision precision) {
        var random = new Random(5);
        var inputs = new GraphInputs(type, precision);
        var scope = Scope.trained(inputs.shapes(), type, "");
        SDVariable x = drawn(inputs, random, "x", BATCH, 8, 8, 3);
        SDVariable noise = drawn(inputs, random, "noise", BATCH);
        var condition = inputs.condition(UNET.condition(), BATCH);
        for (int i = 0; i < BATCH; i++) {
            inputs.condition(ConditionShape.CLASS).putScalar(i, i % 3, 1);
        }
        SDVariable y = UNET.apply(scope, new Network.Input(x, noise, condition, null, null));
        SDVariable dot = Jvp.of(inputs.shapes(), y, Map.of(x, drawn(inputs, random, "xDot", BATCH, 8, 8, 3)));
        var arrays = UNET.parameters().arrays(InitialParameters.draw(UNET.parameters(), 5));
        List<SDVariable> wanted = new ArrayList<>(List.of(y, dot));
        List<SDVariable> trained = new ArrayList<>();
        UNET.parameters().forEach((place, p, offset) -> {
            var array = arrays.get(p.name());
            var own = p.kind() == Parameter.Kind.GAIN ? Nd4j.scalar(type, 0.7) : array.castTo(type);
            inputs.bind(scope.variable(p.name()), own);
            if (p.trained()) {
                trained.add(scope.variable(p.name()));
            }
        });
        wanted.addAll(Vjp.of(inputs.shapes(), y, drawn(inputs, random, "u", BATCH, 8, 8, 3), trained)
                .values());
        Map<String, INDArray> outputs = new LinkedHashMap<>();
        wanted.forEach(v -> outputs.put(v.name(), inputs.output(v)));
        try (var program = Nd4jBackend.compile(inputs.shapes(), inputs.arrays(), outputs)) {
            program.run();
        }
        var values = outputs.values().stream().map(a -> a.data().asDouble()).toList();
        inputs.close();
        double[] gradient =
                values.stream().skip(2).flatMapToDouble(Arrays::stream).toArray();
        return List.of(values.get(0), values.get(1), gradient);
    }

    private static SDVariable drawn(GraphInputs inputs, Random random, String name, long... shape) {
        var variable = inputs.add(name, shape);
        var array = inputs.array(name);
        for (long i = 0; i < array.length(); i++) {
            array.putScalar(i, random.nextGaussian());
        }
        return variable;
    }

    private static double distance(double[] a, double[] b) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < a.length; i++) {
            difference += (a[i] - b[i]) * (a[i] - b[i]);
            norm += b[i] * b[i];
        }
        return Math.sqrt(difference / norm);
    }

    /** Unit roundoff of bfloat16 is 2^-8, of float16 2^-11; some twenty rounded products follow each other. */
    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"BFLOAT16", "FLOAT16"})
    void derivativesAreTheExactOnesWithinTheRoundingOfTheType(Precision precision) {
        double unit = Math.pow(2, precision == Precision.BFLOAT16 ? -8 : -11);
        var exact = derivatives(DataType.DOUBLE, Precision.FLOAT32);
        var mixed = derivatives(DataType.FLOAT, precision);
        double furthest = 0;
        for (int i = 0; i < exact.size(); i++) {
            assertThat(distance(mixed.get(i), exact.get(i))).as("result " + i).isLessThan(10 * unit);
            furthest = Math.max(furthest, distance(mixed.get(i), exact.get(i)));
        }
        assertThat(furthest).as("products are rounded").isGreaterThan(unit / 4);
    }

    @Test
    void fullPrecisionRoundsNothing() {
        var exact = derivatives(DataType.DOUBLE, Precision.FLOAT32);
        var single = derivatives(DataType.FLOAT, Precision.FLOAT32);
        for (int i = 0; i < exact.size(); i++) {
            assertThat(distance(single.get(i), exact.get(i))).isLessThan(1e-5);
        }
    }
}
