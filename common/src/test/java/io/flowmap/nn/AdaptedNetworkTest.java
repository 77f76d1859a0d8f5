package io.flowmap.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.GraphInputs;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.edm2.UNet;
import io.flowmap.nn.edm2.UNetConfig;
import io.flowmap.nn.flux.FluxConfig;
import io.flowmap.nn.flux.Transformer;
import io.flowmap.nn.mlp.PointNetwork;
import io.flowmap.tensor.CounterRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Low-rank adapters on every architecture, in float64. */
class AdaptedNetworkTest {
    private static final long N = 2;
    private static final double STEP = 1e-5;

    private static final ConditionShape TEXTS = new ConditionShape(Map.of("text", List.of(3, 5), "pooled", List.of(4)));

    private static Network flux() {
        var config = new FluxConfig(16, 2, 1, 1, List.of(2, 2, 4), 100, 2, 2, true);
        return new Transformer(config, new long[] {2, 4, 6}, TEXTS, true);
    }

    private static Network unet() {
        var config = UNetConfig.of(8, List.of(1, 2), 1, List.of(4), 8);
        return new UNet(config, new long[] {2, 8, 8}, ConditionShape.classes(3), true);
    }

    static Stream<Arguments> networks() {
        var mlp = new PointNetwork(2, ConditionShape.classes(3), true, List.of(7, 5));
        var split = new Lora(2, 3, false, List.of("*"));
        var fused = new Lora(3, 5, true, List.of("*.qkv", "*.linear1", "img_in"));
        return Stream.of(
                Arguments.of("flux, parts", flux(), split),
                Arguments.of("flux, fused", flux(), fused),
                Arguments.of("edm2", unet(), split),
                Arguments.of("mlp", mlp, split));
    }

    /** Values of every array that let each have an effect. */
    private static Map<String, INDArray> values(Network network) {
        var values = new LinkedHashMap<String, INDArray>();
        var random = new CounterRandom(4);
        network.parameters().forEach((place, p, offset) -> {
            var drawn = new float[(int) p.length()];
            random.gaussians(drawn, 0, drawn.length, place);
            double fanIn = p.shape().length == 0 ? 1 : p.length() / (double) p.shape()[0];
            double[] scaled = new double[drawn.length];
            Arrays.setAll(scaled, i -> 0.3 * drawn[i] / Math.sqrt(fanIn) + (p.kind() == Parameter.Kind.SCALE ? 1 : 0));
            values.put(p.name(), p.shape().length == 0 ? Nd4j.scalar(scaled[0]) : Nd4j.create(scaled, p.shape(), 'c'));
        });
        return values;
    }

    /** W + c B A for every adapter, by plain loops; the arrays of the network without adapters. */
    private static Map<String, INDArray> merged(Network network, Lora lora, Map<String, INDArray> values) {
        double c = lora.of("img_in") == null
                ? lora.alpha() / lora.rank()
                : lora.of("img_in").scale();
        var merged = new LinkedHashMap<String, INDArray>();
        network.parameters()
                .forEach(p -> merged.put(p.name(), values.get(p.name()).dup()));
        values.keySet().stream().filter(name -> name.endsWith(".lora_A.weight")).forEach(name -> {
            var map = name.substring(0, name.length() - ".lora_A.weight".length());
            var a = values.get(name);
            var b = values.get(map + ".lora_B.weight");
            var target = target(map, merged);
            for (long i = 0; i < b.size(0); i++) {
                for (long j = 0; j < a.size(1); j++) {
                    double sum = 0;
                    for (long k = 0; k < a.size(0); k++) {
                        sum += b.getDouble(i, k) * a.getDouble(k, j);
                    }
                    long at = (target.firstRow() + i) * a.size(1) + j;
                    target.weight().putScalar(at, target.weight().getDouble(at) + c * sum);
                }
            }
        });
        return merged;
    }

    private record Target(INDArray weight, long firstRow) {}

    /** The weight of a map. A part of q, k, v (and mlp) begins after the parts before it, of 16 rows each. */
    private static Target target(String map, Map<String, INDArray> weights) {
        if (weights.containsKey(map)) {
            return new Target(weights.get(map), 0);
        }
        if (weights.containsKey(map + ".weight")) {
            return new Target(weights.get(map + ".weight"), 0);
        }
        int dot = map.lastIndexOf('.');
        int part = List.of("q", "k", "v", "mlp").indexOf(map.substring(dot + 1));
        return new Target(weights.get(map.substring(0, dot) + ".weight"), 16L * part);
    }

    /** The network's output on drawn inputs, and gradients of its product with a cotangent. */
    private static final class Evaluation {
        private final GraphInputs in = new GraphInputs(DataType.DOUBLE);
        private final Scope scope = Scope.trained(in.shapes(), DataType.DOUBLE, "");
        private final SDVariable y;
        private int drawn;

        Evaluation(Network network) {
            var shape = LongStream.concat(LongStream.of(N), LongStream.of(network.sample()))
                    .toArray();
            var condition = new TreeMap<String, SDVariable>();
            network.condition()
                    .arrays()
                    .keySet()
                    .forEach(name ->
                            condition.put(name, input(network.condition().of(N, name))));
            y = network.apply(
                    scope, new Network.Input(input(shape), input(N), new Condition(condition), input(N), input(N)));
        }

        private SDVariable input(long... shape) {
            var values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
            new CounterRandom(9).gaussians(values, 0, values.length, drawn++);
            return in.bind(
                    "input" + drawn,
                    Nd4j.create(values, shape, 'c').castTo(DataType.DOUBLE).mul(0.1));
        }

        Map<String, INDArray> run(Map<String, SDVariable> wanted, Map<String, INDArray> arrays) {
            scope.declared().forEach(p -> in.bind(scope.variable(p.name()), arrays.get(p.name())));
            Map<String, INDArray> outputs = new LinkedHashMap<>();
            wanted.values().forEach(v -> outputs.put(v.name(), in.output(v)));
            try (var program = Nd4jBackend.compile(in.shapes(), in.arrays(), outputs)) {
                program.run();
            }
            return wanted.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, e -> outputs.get(e.getValue().name())));
        }

        INDArray output(Map<String, INDArray> arrays) {
            return run(Map.of("y", y), arrays).get("y");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void mergedAndUnmergedAgree(String name, Network network, Lora lora) {
        var adapted = new AdaptedNetwork(network, lora);
        var values = values(adapted);
        var unmerged = new Evaluation(adapted).output(values);
        var merged = new Evaluation(network).output(merged(network, lora, values));
        var base = new Evaluation(network).output(values);
        double largest = merged.amaxNumber().doubleValue();
        assertThat(unmerged.sub(merged).amaxNumber().doubleValue()).isLessThan(1e-12 * largest);
        assertThat(base.sub(merged).amaxNumber().doubleValue()).isGreaterThan(1e-3 * largest);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void gradientsOfAAndBMatchCentralDifferences(String name, Network network, Lora lora) {
        var adapted = new AdaptedNetwork(network, lora);
        var values = values(adapted);
        var evaluation = new Evaluation(adapted);
        var ones = evaluation.scope.graph().constant(Nd4j.ones(DataType.DOUBLE, evaluation.scope.shape(evaluation.y)));
        var names = values.keySet().stream()
                .filter(array -> array.contains(".lora_"))
                .toList();
        var variables = names.stream().map(evaluation.scope::variable).toList();
        var gradients = Vjp.of(evaluation.scope.shapes(), evaluation.y, ones, variables);
        var wanted = new LinkedHashMap<String, SDVariable>();
        names.forEach(array -> wanted.put(array, gradients.get(evaluation.scope.variable(array))));
        var exact = evaluation.run(wanted, values);
        assertThat(names).hasSizeGreaterThan(1);
        var plain = new Evaluation(adapted);
        for (var array : names) {
            var w = values.get(array);
            long at = w.length() / 2;
            double middle = w.getDouble(at);
            double above = plain.output(changed(values, array, at, middle + STEP))
                    .sumNumber()
                    .doubleValue();
            double below = plain.output(changed(values, array, at, middle - STEP))
                    .sumNumber()
                    .doubleValue();
            double largest = exact.get(array).amaxNumber().doubleValue();
            assertThat(exact.get(array).getDouble(at))
                    .as(array)
                    .isCloseTo((above - below) / (2 * STEP), within(1e-6 * Math.max(largest, 1e-2)));
        }
    }

    private static Map<String, INDArray> changed(Map<String, INDArray> values, String array, long at, double value) {
        var changed = new LinkedHashMap<>(values);
        changed.put(array, values.get(array).dup().putScalar(at, value));
        return changed;
    }

    @Test
    void theInputsOfAFlowMapHaveNoAdapters() {
        var names = new AdaptedNetwork(flux(), new Lora(2, 3, false, List.of("*"))).order();
        assertThat(names).contains("target_time_in.in_layer.weight", "time_in.in_layer.lora_A.weight");
        assertThat(names).noneMatch(name -> name.startsWith("target_time_in") && name.contains("lora"));
        assertThat(new AdaptedNetwork(unet(), new Lora(2, 3, false, List.of("*"))).order())
                .contains("enc.8x8_block0.emb_linear.lora_A.weight")
                .noneMatch(name -> name.startsWith("emb_target") && name.contains("lora"));
    }

    @Test
    void initialAdaptersAreThoseOfPeft() {
        var parameters = new AdaptedNetwork(flux(), new Lora(4, 3, false, List.of("*_mlp.2"))).parameters();
        float[] flat = InitialParameters.draw(parameters, 5);
        int[] seen = {0};
        parameters.forEach((place, p, offset) -> {
            var values = Arrays.copyOfRange(flat, (int) offset, (int) (offset + p.length()));
            if (p.name().endsWith("lora_B.weight")) {
                assertThat(values).containsOnly(0f);
            } else if (p.name().endsWith("lora_A.weight")) {
                float bound = (float) (1 / Math.sqrt(p.shape()[1]));
                double squares = 0;
                for (float value : values) {
                    assertThat(value).isBetween(-bound, bound);
                    squares += (double) value * value;
                }
                assertThat(squares / values.length).isCloseTo(bound * bound / 3.0, within(0.3 * bound * bound / 3));
                seen[0]++;
            }
        });
        assertThat(seen[0]).isEqualTo(2);
    }

    @Test
    void scalesFollowRankAndRsLora() {
        assertThat(new Lora(4, 8, false, List.of("*")).of("x").scale()).isEqualTo(2);
        assertThat(new Lora(4, 8, true, List.of("*")).of("x").scale()).isEqualTo(4);
        assertThat(new Lora(4, 8, true, List.of("y*")).of("x")).isNull();
    }

    @Test
    void aPatternWithoutAMapIsNamed() {
        var network = new AdaptedNetwork(flux(), new Lora(2, 3, false, List.of("img_in", "*.qvk")));
        assertThatThrownBy(network::parameters)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("*.qvk")
                .hasMessageContaining("time_in.in_layer");
        assertThatThrownBy(() -> new Lora(2, 3, false, List.of())).hasMessageContaining("modules");
        assertThatThrownBy(() -> new Lora(2, 0, false, List.of("*"))).hasMessageContaining("alpha");
    }
}
