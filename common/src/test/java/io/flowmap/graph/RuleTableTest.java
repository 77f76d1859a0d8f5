package io.flowmap.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.engine.Program;
import io.flowmap.engine.nd4j.Nd4jBackend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.enums.WeightsFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.api.ops.impl.reduce.floating.SquaredNorm;
import org.nd4j.linalg.factory.Nd4j;

/** Every rule of the table in float64: compared with central differences, with its own transpose, and differentiated twice. */
public class RuleTableTest {
    /** Ops through which no derivative flows, or which only occur at the end of a reverse pass. */
    private static final Set<String> WITHOUT_DERIVATIVE =
            Set.of("stop_gradient", "equals", "leakyreluderivative", "conv2d_bp", "maxpool2d");

    private static final double H = 1e-5;

    /** An op under test: the rows of the table that it exercises, the shapes of its inputs, and the graph. */
    public record Case(String name, List<long[]> shapes, Emitter emitter) {
        @Override
        public String toString() {
            return name;
        }
    }

    public interface Emitter {
        SDVariable emit(SameDiff sd, SDVariable[] x);
    }

    private static Case of(String name, Emitter emitter, long[]... shapes) {
        return new Case(name, List.of(shapes), emitter);
    }

    private static long[] s(long... shape) {
        return shape;
    }

    public static List<Case> cases() {
        List<Case> cases = new ArrayList<>(elementwiseCases());
        cases.addAll(structuralCases());
        return cases;
    }

    private static List<Case> elementwiseCases() {
        return List.of(
                of("add", (sd, x) -> x[0].add(x[1]), s(2, 3, 4), s(3, 1)),
                of("add equal", (sd, x) -> x[0].add(x[1]), s(2, 3), s(2, 3)),
                of("subtract", (sd, x) -> x[0].sub(x[1]), s(2, 3), s(4, 2, 3)),
                of("subtract equal", (sd, x) -> x[0].sub(x[1]), s(2, 3), s(2, 3)),
                of("multiply", (sd, x) -> x[0].mul(x[1]), s(2, 3, 4), s(2, 1, 4)),
                of("divide", (sd, x) -> x[0].div(x[1]), s(2, 3, 4), s(1, 4)),
                of("add_scalar", (sd, x) -> x[0].add(1.5), s(3)),
                of("sub_scalar", (sd, x) -> x[0].sub(1.5), s(3)),
                of("mul_scalar", (sd, x) -> x[0].mul(-2.5).mul(2), s(3)),
                of("div_scalar", (sd, x) -> x[0].div(2.5), s(3)),
                of("neg", (sd, x) -> x[0].neg(), s(3, 2)),
                of("identity", (sd, x) -> sd.identity(x[0]).mul(x[0]), s(3)),
                of("cast", (sd, x) -> x[0].castTo(DataType.DOUBLE).mul(x[0]), s(3)),
                of("square", (sd, x) -> sd.math().square(x[0]), s(3, 2)),
                of("sqrt", (sd, x) -> sd.math().sqrt(x[0]), s(3, 2)),
                of("Reciprocal", (sd, x) -> sd.math().reciprocal(x[0]), s(3, 2)),
                of("exp", (sd, x) -> sd.math().exp(x[0]), s(3, 2)),
                of("log", (sd, x) -> sd.math().log(x[0]), s(3, 2)),
                of("sin", (sd, x) -> sd.math().sin(x[0]), s(3, 2)),
                of("cos", (sd, x) -> sd.math().cos(x[0]), s(3, 2)),
                of("erf", (sd, x) -> sd.math().erf(x[0]), s(3, 2)),
                of("tanh", (sd, x) -> sd.math().tanh(x[0]), s(3, 2)),
                of("sigmoid", (sd, x) -> sd.nn().sigmoid(x[0]), s(3, 2)),
                of("softplus", (sd, x) -> sd.nn().softplus(x[0]), s(3, 2)),
                of("swish", (sd, x) -> sd.nn().swish(x[0]), s(3, 2)),
                of("relu", (sd, x) -> sd.nn().relu(x[0].sub(1), 0).mul(x[0]), s(5, 4)),
                of("relu cutoff", (sd, x) -> sd.nn().relu(x[0], 0.9), s(5, 4)),
                of("leakyrelu", (sd, x) -> sd.nn().leakyRelu(x[0].sub(1), 0.2).mul(x[0]), s(5, 4)),
                of("ClipByValue", (sd, x) -> sd.math().clipByValue(x[0], 0.7, 1.1), s(5, 4)));
    }

    private static List<Case> structuralCases() {
        return List.of(
                of(
                        "reduce_sum",
                        (sd, x) -> x[0].sum(true, 1).mul(x[0].sum(false, -1).sum()),
                        s(2, 3, 4)),
                of("reduce_mean", (sd, x) -> x[0].mean(true, 0, 1).mul(x[0].mean(false, 1)), s(2, 3, 4)),
                of("reduce_sqnorm", (sd, x) -> new SquaredNorm(sd, x[0], true, 1, 2).outputVariable(), s(2, 3, 4)),
                of("matmul", (sd, x) -> sd.mmul(x[0], x[1]), s(2, 3), s(3, 4)),
                of("matmul tn", (sd, x) -> sd.mmul(x[0], x[1], true, false, false), s(3, 2), s(3, 4)),
                of("matmul nt", (sd, x) -> sd.mmul(x[0], x[1], false, true, false), s(2, 3), s(4, 3)),
                of("matmul tt", (sd, x) -> sd.mmul(x[0], x[1], true, true, false), s(3, 2), s(4, 3)),
                of("matmul batched", (sd, x) -> sd.mmul(x[0], x[1], false, true, false), s(2, 5, 3), s(2, 4, 3)),
                of(
                        "conv2d",
                        (sd, x) -> sd.cnn().conv2d(x[0], x[1], conv("NHWC", WeightsFormat.OIYX, 1)),
                        s(2, 4, 6, 3),
                        s(5, 3, 3, 3)),
                of(
                        "conv2d nchw",
                        (sd, x) -> sd.cnn().conv2d(x[0], x[1], conv("NCHW", WeightsFormat.YXIO, 1)),
                        s(2, 3, 4, 4),
                        s(3, 3, 3, 2)),
                of(
                        "conv2d strided with bias",
                        (sd, x) -> sd.cnn().conv2d(x[0], x[1], x[2], conv("NHWC", WeightsFormat.OIYX, 2)),
                        s(2, 4, 6, 3),
                        s(5, 3, 3, 3),
                        s(5)),
                of(
                        "conv2d nchw with bias",
                        (sd, x) -> sd.cnn().conv2d(x[0], x[1], x[2], conv("NCHW", WeightsFormat.YXIO, 1)),
                        s(2, 3, 4, 4),
                        s(3, 3, 3, 2),
                        s(2)),
                of("avgpool2d", (sd, x) -> sd.cnn().avgPooling2d(x[0], Pooling.average(2, 2, true)), s(2, 4, 6, 3)),
                of(
                        "avgpool2d of windows",
                        (sd, x) -> sd.cnn().avgPooling2d(x[0], Pooling.window(3, 1, 1)),
                        s(2, 4, 6, 3)),
                of(
                        "avgpool2d of unpadded windows",
                        (sd, x) -> sd.cnn().avgPooling2d(x[0], Pooling.padded(2, 0)),
                        s(2, 4, 6, 3)),
                of(
                        "avgpool2d of padded windows",
                        (sd, x) -> sd.cnn().avgPooling2d(x[0], Pooling.padded(3, 2)),
                        s(2, 4, 6, 3)),
                of("upsampling2d", (sd, x) -> sd.cnn().upsampling2d(x[0], 2, 2, false), s(2, 2, 3, 3)),
                of("upsampling2d nchw", (sd, x) -> sd.cnn().upsampling2d(x[0], 2, 2, true), s(2, 3, 2, 3)),
                of("softmax", (sd, x) -> sd.nn().softmax(x[0], 2), s(2, 3, 4)),
                of("concat", (sd, x) -> sd.concat(1, x[0], x[1]).mul(2), s(2, 3), s(2, 2)),
                of("slice", (sd, x) -> sd.slice(x[0], new int[] {1, 0, 2}, 1, 2, 2), s(3, 2, 5)),
                of("slice of an inner block", (sd, x) -> sd.slice(x[0], new int[] {1, 2, 0}, 1, 2, 4), s(3, 4, 4)),
                of(
                        "slice of rows",
                        (sd, x) -> {
                            var y = sd.math().tanh(x[0]);
                            var first = sd.slice(y, new int[] {0, 0}, 2, 3);
                            var last = sd.slice(y, new int[] {2, 0}, 2, 3);
                            return first.mul(last).add(sd.slice(last, new int[] {1, 0}, 1, 3));
                        },
                        s(4, 3)),
                of("reshape", (sd, x) -> sd.reshape(x[0], 6, 2).mul(x[1]), s(3, 4), s(6, 2)),
                of("permute", (sd, x) -> sd.permute(x[0], 2, 0, 1), s(2, 3, 4)));
    }

    private static Conv2DConfig conv(String layout, WeightsFormat format, int stride) {
        return Conv2DConfig.builder()
                .kH(3)
                .kW(3)
                .sH(stride)
                .sW(stride)
                .pH(1)
                .pW(1)
                .dH(1)
                .dW(1)
                .paddingMode(PaddingMode.VALID)
                .dataFormat(layout)
                .weightsFormat(format)
                .build();
    }

    @Test
    void everyRuleHasACase() {
        Set<String> covered = new TreeSet<>(WITHOUT_DERIVATIVE);
        cases().forEach(c -> covered.add(c.name().split(" ")[0]));
        assertThat(covered).containsAll(RuleTable.names());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tangentMatchesCentralDifference(Case c) {
        var g = new Fixture(c);
        double[] tangent = g.values(g.tangent());
        double[] plus = g.shifted(H);
        double[] minus = g.shifted(-H);
        for (int i = 0; i < tangent.length; i++) {
            assertThat(tangent[i]).isCloseTo((plus[i] - minus[i]) / (2 * H), within(1e-8 * (1 + Math.abs(tangent[i]))));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void cotangentIsTheTransposeOfTheTangent(Case c) {
        var g = new Fixture(c);
        double forward = dot(g.values(g.tangent()), g.cotangent);
        var gradients = Vjp.of(g.shapes, g.y, g.seed, List.of(g.x));
        double backward = 0;
        for (int i = 0; i < g.x.length; i++) {
            SDVariable gradient = gradients.get(g.x[i]);
            assertThat(g.shapes.of(gradient)).isEqualTo(g.shapes.of(g.x[i]));
            backward += dot(g.values(gradient), g.directions.get(i));
        }
        assertThat(backward).isCloseTo(forward, within(1e-8 * (1 + Math.abs(forward))));
    }

    /** d/dx <u, J(x) v> along v, compared with central differences of the first tangent. */
    @ParameterizedTest
    @MethodSource("cases")
    void gradientThroughTheTangentMatchesCentralDifference(Case c) {
        var g = new Fixture(c);
        SDVariable tangent = g.tangent();
        var gradients = Vjp.of(g.shapes, tangent, g.seed, List.of(g.x));
        double along = 0;
        for (int i = 0; i < g.x.length; i++) {
            along += dot(g.values(gradients.get(g.x[i])), g.directions.get(i));
        }
        double plus = dot(g.shiftedValues(tangent, H), g.cotangent);
        double minus = dot(g.shiftedValues(tangent, -H), g.cotangent);
        assertThat(along).isCloseTo((plus - minus) / (2 * H), within(1e-7 * (1 + Math.abs(along))));
    }

    @Test
    void opWithoutARuleIsNamed() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 3);
        var shapes = new Shapes(sd);
        SDVariable y = sd.math().erfc(x);
        assertThatThrownBy(() -> Jvp.of(shapes, y, Map.of(x, x)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("no derivative rule for op erfc");
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** y = (float) x * w with x in float64 and w in float32. Its derivatives are w and x, each in the type of its variable. */
    @Test
    void aDerivativeHasTheTypeOfTheVariableThatItIsOf() {
        var sd = SameDiff.create();
        var shapes = new Shapes(sd);
        SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 2);
        SDVariable w = sd.placeHolder("w", DataType.FLOAT, 2);
        SDVariable xDot = sd.placeHolder("xDot", DataType.DOUBLE, 2);
        SDVariable u = sd.placeHolder("u", DataType.DOUBLE, 2);
        SDVariable y = x.castTo(DataType.FLOAT).mul(w).castTo(DataType.DOUBLE);
        SDVariable yDot = Jvp.of(shapes, y, Map.of(x, xDot));
        Map<SDVariable, SDVariable> gradients = Vjp.of(shapes, y, u, List.of(x, w));
        var values = Map.of(
                "x", Nd4j.createFromArray(0.5, -3.0),
                "w", Nd4j.createFromArray(2f, 0.25f),
                "xDot", Nd4j.createFromArray(1.5, 8.0),
                "u", Nd4j.createFromArray(-1.0, 4.0));
        var expected = new LinkedHashMap<SDVariable, INDArray>();
        expected.put(yDot, Nd4j.createFromArray(3.0, 2.0));
        expected.put(gradients.get(x), Nd4j.createFromArray(-2.0, 1.0));
        expected.put(gradients.get(w), Nd4j.createFromArray(-0.5f, -12f));
        expected.forEach((variable, value) -> {
            assertThat(variable.dataType()).isEqualTo(value.dataType());
            INDArray target = Nd4j.create(value.dataType(), 2);
            try (Program program = Nd4jBackend.compile(shapes, values, Map.of(variable.name(), target))) {
                program.run();
            }
            assertThat(target).isEqualTo(value);
        });
    }

    /** y = a + b: dy/da = dy/db = u, and both can be bound to arrays of their own. */
    @Test
    void equalGradientsHaveVariablesOfTheirOwn() {
        var sd = SameDiff.create();
        var shapes = new Shapes(sd);
        SDVariable a = sd.placeHolder("a", DataType.DOUBLE, 2);
        SDVariable b = sd.placeHolder("b", DataType.DOUBLE, 2);
        SDVariable c = sd.placeHolder("c", DataType.DOUBLE, 2);
        SDVariable d = sd.placeHolder("d", DataType.DOUBLE, 2);
        SDVariable u = sd.placeHolder("u", DataType.DOUBLE, 2);
        var gradients = Vjp.of(shapes, a.add(b), u, List.of(a, b, c, d));
        Map<String, INDArray> values = new LinkedHashMap<>();
        List.of("a", "b", "c", "d", "u").forEach(name -> values.put(name, Nd4j.createFromArray(2.0, -3.0)));
        var outputs = new LinkedHashMap<String, INDArray>();
        gradients.values().forEach(gradient -> outputs.put(gradient.name(), Nd4j.createFromArray(9.0, 9.0)));
        assertThat(outputs).hasSize(4);
        try (Program program = Nd4jBackend.compile(shapes, values, outputs)) {
            program.run();
        }
        assertThat(outputs.values())
                .containsExactly(
                        values.get("u"),
                        values.get("u"),
                        Nd4j.zeros(DataType.DOUBLE, 2),
                        Nd4j.zeros(DataType.DOUBLE, 2));
    }

    /** A value that was rounded to an integer has no derivative, like a step function. */
    @Test
    void noDerivativeFlowsThroughIntegers() {
        var fixture =
                new Fixture(of("step", (sd, x) -> x[0].castTo(DataType.INT32).castTo(DataType.DOUBLE), s(3)));
        assertThat(fixture.values(fixture.tangent())).containsOnly(0);
        Map<SDVariable, SDVariable> gradients = Vjp.of(fixture.shapes, fixture.y, fixture.seed, List.of(fixture.x[0]));
        assertThat(fixture.values(gradients.get(fixture.x[0]))).containsOnly(0);
    }

    /** A case with inputs in (0.5, 1.5), tangent directions and a cotangent. */
    private static final class Fixture {
        final SameDiff sd = SameDiff.create();
        final Shapes shapes = new Shapes(sd);
        final SDVariable[] x;
        final SDVariable y;
        final SDVariable seed;
        final double[] cotangent;
        final List<double[]> directions = new ArrayList<>();
        private final Map<String, INDArray> inputs = new HashMap<>();
        private final Map<String, double[]> points = new HashMap<>();
        private final Random random = new Random(7);

        Fixture(Case c) {
            x = new SDVariable[c.shapes().size()];
            for (int i = 0; i < x.length; i++) {
                x[i] = input("x" + i, c.shapes().get(i), 0.5);
                input("v" + i, c.shapes().get(i), -0.5);
                directions.add(points.get("v" + i));
            }
            y = c.emitter().emit(sd, x);
            seed = input("u", shapes.of(y), -0.5);
            cotangent = points.get("u");
        }

        private SDVariable input(String name, long[] shape, double from) {
            INDArray array = Nd4j.create(DataType.DOUBLE, shape);
            double[] values = random.doubles(array.length(), from, from + 1).toArray();
            array.assign(Nd4j.create(values, shape, 'c'));
            inputs.put(name, array);
            points.put(name, values);
            return sd.placeHolder(name, DataType.DOUBLE, shape);
        }

        SDVariable tangent() {
            Map<SDVariable, SDVariable> seeds = new LinkedHashMap<>();
            for (int i = 0; i < x.length; i++) {
                seeds.put(x[i], sd.getVariable("v" + i));
            }
            return Jvp.of(shapes, y, seeds);
        }

        double[] values(SDVariable variable) {
            INDArray target = Nd4j.create(DataType.DOUBLE, shapes.of(variable));
            try (Program program = Nd4jBackend.compile(shapes, inputs, Map.of(variable.name(), target))) {
                program.run();
                return target.data().asDouble();
            }
        }

        double[] shifted(double h) {
            return shiftedValues(y, h);
        }

        double[] shiftedValues(SDVariable variable, double h) {
            move(h);
            double[] values = values(variable);
            move(0);
            return values;
        }

        private void move(double h) {
            for (int i = 0; i < x.length; i++) {
                double[] point = points.get("x" + i).clone();
                for (int k = 0; k < point.length; k++) {
                    point[k] += h * directions.get(i)[k];
                }
                INDArray array = inputs.get("x" + i);
                array.assign(Nd4j.create(point, array.shape(), 'c'));
            }
        }
    }
}
