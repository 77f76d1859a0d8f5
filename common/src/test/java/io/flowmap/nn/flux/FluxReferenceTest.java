package io.flowmap.nn.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.flow.NetworkField;
import io.flowmap.graph.Jvp;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.AdaptedNetwork;
import io.flowmap.nn.Condition;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Activations, output and derivatives of FLUX's transformer, compared with the folder flux/transformer. */
@Tag("reference")
class FluxReferenceTest {
    private static final double STORED_F32 = 1e-6;
    private static final double ORIGINAL_F32 = 2e-5;
    private static final Set<String> INPUTS_OF_DERIVATIVES = Set.of("dx", "dt", "cotangent");

    /** Arithmetic under test, with the largest errors relative to the largest value. */
    enum Precision {
        F64(DataType.DOUBLE, 1e-9, 1e-8),
        F32(DataType.FLOAT, 5e-6, 1e-4);

        private final DataType type;
        private final double value;
        private final double derivative;

        Precision(DataType type, double value, double derivative) {
            this.type = type;
            this.value = value;
            this.derivative = derivative;
        }
    }

    private static void check(Path folder, String name, double[] actual, Npy golden, double tolerance) {
        assertThat(Reference.relativeToMaximum(actual, golden.values()))
                .as(folder + " " + name)
                .isLessThan(tolerance);
        assertThat(Arrays.stream(golden.values()).anyMatch(x -> x != 0))
                .as(name)
                .isTrue();
    }

    private static int checkAll(Path folder, Map<String, double[]> actual, Map<String, Npy> goldens, double tolerance) {
        actual.forEach((name, values) -> check(folder, name, values, goldens.get(name), tolerance));
        goldens.keySet().stream()
                .filter(name -> !actual.containsKey(name))
                .forEach(name -> Reference.skipped(folder, name));
        return actual.size();
    }

    /** Our name of an activation of the folder. */
    private static String observed(String golden) {
        return golden.replaceFirst("^(double|single)_(\\d+)", "$1_blocks.$2")
                .replace("temb_t", "time_in.sinusoids")
                .replace("temb_guidance", "guidance_in.sinusoids");
    }

    @ParameterizedTest
    @EnumSource
    void activationsMatchBlockByBlock(Precision precision) {
        for (Path folder : FluxCase.folders()) {
            var c = FluxCase.read(folder);
            var goldens = Reference.arrays(folder, "activations_f64");
            try (var graph = new FluxGraph(precision.type, Reference.arrays(folder, "inputs"))) {
                c.network(false).apply(graph.scope, graph.tokens(""));
                Map<String, SDVariable> wanted = new LinkedHashMap<>();
                var values = graph.scope.observed();
                for (String golden : goldens.keySet()) {
                    if (values.containsKey(observed(golden))) {
                        wanted.put(golden, graph.scope.graph().identity(values.get(observed(golden))));
                    }
                }
                var actual = graph.run(wanted, c.weights());
                actual.put("pe", rotations(c, graph));
                assertThat(actual).hasSizeGreaterThan(20);
                Reference.checked(folder, checkAll(folder, actual, goldens, precision.value));
            }
        }
    }

    /** The rotation matrices [N,1,tokens,D/2,2,2] of text and image. */
    private static double[] rotations(FluxCase c, FluxGraph graph) {
        var tokens = graph.tokens("");
        var rotation = new Sinusoids(graph.scope).rotation(c.config(), tokens.textPositions(), tokens.imagePositions());
        double[] cos = rotation.cos().getArr().castTo(DataType.DOUBLE).data().asDouble();
        double[] sin = rotation.sin().getArr().castTo(DataType.DOUBLE).data().asDouble();
        int samples = (int) graph.scope.shape(tokens.time())[0];
        double[] matrices = new double[samples * cos.length * 2];
        for (int i = 0; i < samples * cos.length / 2; i++) {
            int pair = 2 * i % cos.length;
            System.arraycopy(new double[] {cos[pair], -sin[pair], sin[pair + 1], cos[pair + 1]}, 0, matrices, 4 * i, 4);
        }
        return matrices;
    }

    @ParameterizedTest
    @EnumSource
    void outputsMatch(Precision precision) {
        for (Path folder : FluxCase.folders()) {
            var c = FluxCase.read(folder);
            var network = c.network(false);
            var inputs = Reference.arrays(folder, "inputs");
            Map<String, double[]> actual = new LinkedHashMap<>();
            for (String positions : List.of("", "_odd")) {
                try (var graph = new FluxGraph(precision.type, inputs)) {
                    var y = network.apply(graph.scope, graph.tokens(positions));
                    String golden = positions.isEmpty() ? "out_f64" : "out_odd_ids_f64";
                    actual.putAll(graph.run(Map.of(golden, y), c.weights()));
                }
            }
            try (var graph = new FluxGraph(precision.type, inputs)) {
                var x = graph.scope.graph().permute(graph.input("latents"), 0, 2, 3, 1);
                var condition = new Condition(
                        Map.of(Transformer.TEXT, graph.input("txt"), Transformer.POOLED, graph.input("y")));
                var y = c.teacher()
                        .apply(
                                graph.scope,
                                new NetworkField.Point(
                                        x, graph.input("timesteps"), condition, null, graph.input("guidance")));
                actual.putAll(
                        graph.run(Map.of("out_unpacked_f64", graph.scope.graph().permute(y, 0, 3, 1, 2)), c.weights()));
            }
            var goldens = Reference.arrays(folder, "outputs");
            check(folder, "out_f32", actual.get("out_f64"), goldens.remove("out_f32"), ORIGINAL_F32);
            Reference.checked(folder, checkAll(folder, actual, goldens, precision.value) + 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void derivativesMatch(Precision precision) {
        for (Path folder : FluxCase.folders()) {
            var c = FluxCase.read(folder);
            var goldens = Reference.arrays(folder, "derivatives_f64");
            var parameters = Reference.arrays(folder, "vjp_parameters_f32");
            var arrays = new LinkedHashMap<>(Reference.arrays(folder, "inputs"));
            arrays.putAll(goldens);
            try (var graph = new FluxGraph(precision.type, arrays)) {
                var y = c.network(false).apply(graph.scope, graph.tokens(""));
                var shapes = graph.scope.shapes();
                var dx = Map.of(graph.input("img"), graph.input("dx"));
                var dt = Map.of(graph.input("timesteps"), graph.input("dt"));
                var both = new LinkedHashMap<>(dx);
                both.putAll(dt);
                Map<String, SDVariable> wanted = new LinkedHashMap<>();
                wanted.put("jvp_x_only", Jvp.of(shapes, y, dx));
                wanted.put("jvp_t_only", Jvp.of(shapes, y, dt));
                wanted.put("jvp_x_and_t", Jvp.of(shapes, y, both));
                Map<String, String> inputs = Map.of("x", "img", "t", "timesteps", "txt", "txt", "y", "y");
                List<SDVariable> variables = new ArrayList<>();
                inputs.values().forEach(name -> variables.add(graph.input(name)));
                parameters.keySet().forEach(name -> variables.add(graph.scope.variable(name)));
                var gradients = Vjp.of(shapes, y, graph.input("cotangent"), variables);
                inputs.forEach((name, input) -> wanted.put("vjp_" + name, gradients.get(graph.input(input))));
                parameters.keySet().forEach(name -> wanted.put(name, gradients.get(graph.scope.variable(name))));
                var actual = graph.run(wanted, c.weights());
                int cases = parameters.size();
                parameters.forEach((name, golden) ->
                        check(folder, name, actual.remove(name), golden, Math.max(STORED_F32, precision.derivative)));
                INPUTS_OF_DERIVATIVES.forEach(goldens::remove);
                cases += checkAll(folder, actual, goldens, precision.derivative);
                Reference.checked(folder, cases);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theStudentsFieldAndItsTimeDerivativesMatch(Precision precision) {
        for (Path folder : FluxCase.studentFolders()) {
            var c = FluxCase.read(folder);
            var goldens = Reference.arrays(folder.resolve("ayf"), "field");
            try (var graph = new FluxGraph(precision.type, Reference.arrays(folder.resolve("ayf"), "batch"))) {
                var xt = graph.input("x_t");
                var t = graph.input("t");
                var s = graph.input("s");
                var shapes = graph.scope.shapes();
                var v = c.network(false).apply(graph.scope, graph.tokens(xt, t, null, ""));
                var student = (AdaptedNetwork) c.student().network();
                var adapted = student.in(graph.scope);
                var f = c.network(true).apply(adapted, graph.tokens(xt, t, s, ""));
                long n = graph.scope.shape(t)[0];
                var one = graph.scope.graph().constant(Nd4j.ones(precision.type, n));
                var dFdt = Jvp.of(shapes, f, Map.of(xt, v, t, one));
                var dFds = Jvp.of(shapes, f, Map.of(s, one));
                var step = graph.scope.reshape(s.sub(t), n, 1, 1);
                Map<String, SDVariable> wanted = new LinkedHashMap<>();
                wanted.put("v", v);
                wanted.put("F", f);
                wanted.put("f", xt.add(step.mul(f)));
                Map<String, SDVariable> derivatives = new LinkedHashMap<>();
                derivatives.put("dFdt", dFdt);
                derivatives.put("dFds", dFds);
                derivatives.put("df_dt", v.sub(f).add(step.mul(dFdt)));
                derivatives.put("df_ds", f.add(step.mul(dFds)));
                wanted.putAll(derivatives);
                var actual = graph.run(wanted, c.studentWeights());
                actual.forEach((name, values) -> check(
                        folder,
                        name,
                        values,
                        goldens.get(name),
                        derivatives.containsKey(name) ? precision.derivative : precision.value));
                assertThat(goldens.keySet()).containsExactlyInAnyOrderElementsOf(actual.keySet());
                Reference.checked(folder, actual.size());
            }
        }
    }
}
