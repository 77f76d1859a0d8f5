package io.flowmap.nn.edm2;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.engine.Program;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.Denoiser;
import io.flowmap.graph.Jvp;
import io.flowmap.graph.Shapes;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.Condition;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.Scope;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The UNet and its derivatives, compared with EDM2's own code (folders edm2/* and ayf_edm2_*). */
@Tag("reference")
class Edm2ReferenceTest {
    private static final double F64 = 1e-9;
    private static final double STORED_F32 = 1e-6;
    private static final double F32 = 1e-5;

    @Test
    void denoiserOutputsMatch() {
        for (Path folder : Edm2Case.folders()) {
            int cases = 0;
            for (String mode : List.of("cond", "uncond")) {
                Path golden = folder.resolve("D_" + mode + "_f64.npy");
                if (Files.exists(golden)) {
                    assertThat(error(folder, "x", mode, DataType.DOUBLE, Npy.read(golden)))
                            .as(golden + "")
                            .isLessThan(F64);
                    assertThat(error(folder, "x", mode, DataType.FLOAT, Npy.read(golden)))
                            .as(golden + "")
                            .isLessThan(F32);
                    cases += 2;
                }
            }
            String mode = Files.exists(folder.resolve("class_labels.npy")) ? "cond" : "uncond";
            Npy nonsquare = Reference.array(folder, "D_nonsquare_f64");
            assertThat(error(folder, "x_nonsquare", mode, DataType.DOUBLE, nonsquare))
                    .isLessThan(F64);
            Reference.checked(folder, cases + 1);
        }
    }

    private static double error(Path folder, String x, String mode, DataType type, Npy expected) {
        var net = new Graph(Edm2Case.read(folder), type, x, mode);
        SDVariable output =
                new Denoiser(net.unet, net.settings.sigmaData()).apply(net.scope, net.x, net.sigma, net.condition);
        return Reference.relativeToMaximum(
                Edm2Case.channelsFirst(net.run(List.of(output)).get(0)), expected.values());
    }

    @Test
    void rawFieldAndActivationsMatch() {
        for (Path folder : Edm2Case.folders()) {
            int cases = 0;
            for (String mode : List.of("uncond", "cond")) { // the folder has the activations of the last mode only
                if (!Files.exists(folder.resolve("unet_F_" + mode + "_f64.npy"))) {
                    continue;
                }
                var net = new Graph(Edm2Case.read(folder), DataType.DOUBLE, "x", mode);
                SDVariable f = net.field();
                Map<String, SDVariable> activations = new LinkedHashMap<>(net.scope.observed());
                activations.put("F", f);
                List<INDArray> values = net.run(List.copyOf(activations.values()));
                double[] field = Edm2Case.channelsFirst(values.get(new ArrayList<>(activations.keySet()).indexOf("F")));
                assertThat(Reference.relativeToMaximum(
                                field,
                                Reference.array(folder, "unet_F_" + mode + "_f64")
                                        .values()))
                        .isLessThan(F64);
                boolean last = mode.equals("cond") || !Files.exists(folder.resolve("unet_F_cond_f64.npy"));
                cases += 1 + (last ? checkActivations(folder, new ArrayList<>(activations.keySet()), values) : 0);
            }
            Reference.checked(folder, cases);
        }
    }

    private static int checkActivations(Path folder, List<String> names, List<INDArray> values) {
        int cases = 0;
        for (var golden :
                Reference.arrays(folder, "activations_f64_first_sample").entrySet()) {
            int at = names.indexOf(golden.getKey());
            if (at < 0) {
                Reference.skipped(folder, "activation " + golden.getKey());
                continue;
            }
            INDArray value = values.get(at);
            double[] all = value.rank() == 4
                    ? Edm2Case.channelsFirst(value)
                    : value.data().asDouble();
            double[] first = Arrays.copyOf(all, golden.getValue().values().length);
            assertThat(Reference.relativeToMaximum(first, golden.getValue().values()))
                    .as(golden.getKey())
                    .isLessThan(F64);
            cases++;
        }
        return cases;
    }

    /** L = weight/exp(u) (D(y + n sigma) - y)^2 + u, summed over elements and divided by the batch size B. */
    @Test
    void lossGradientsMatch() {
        for (Path folder : Edm2Case.folders()) {
            String mode = Files.exists(folder.resolve("class_labels.npy")) ? "cond" : "uncond";
            var net = new Graph(Edm2Case.read(folder), DataType.DOUBLE, "x", mode);
            double[] y = Reference.array(folder, "edm2loss_images").values();
            double[] n = Reference.array(folder, "edm2loss_noise").values();
            SDVariable loss = net.loss(y, n);
            List<SDVariable> wanted = new ArrayList<>();
            List<String> names = new ArrayList<>();
            var goldens = Reference.arrays(folder, "edm2loss_grads_f32");
            for (var p : net.scope.declared()) {
                if (goldens.containsKey("unet." + p.name()) || goldens.containsKey(p.name())) {
                    names.add(p.name());
                    wanted.add(net.scope.variable(p.name()));
                }
            }
            SDVariable one = net.scope.graph().constant(Nd4j.ones(DataType.DOUBLE, net.shapes.of(loss)));
            List<SDVariable> gradients =
                    List.copyOf(Vjp.of(net.shapes, loss, one, wanted).values());
            List<INDArray> values = net.run(gradients);
            for (int i = 0; i < names.size(); i++) {
                Npy golden = goldens.getOrDefault("unet." + names.get(i), goldens.get(names.get(i)));
                assertThat(Reference.relativeToMaximum(
                                values.get(i).dup('c').data().asDouble(), golden.values()))
                        .as(folder + " " + names.get(i))
                        .isLessThan(STORED_F32);
            }
            assertThat(names).hasSize(goldens.size());
            Reference.checked(folder, names.size());
        }
    }

    @Test
    void directionalDerivativesOfTheDenoiserMatch() {
        for (Path folder : Edm2Case.derivedFolders()) {
            Path edm2 = Edm2Case.network(folder);
            String mode = Files.exists(edm2.resolve("class_labels.npy")) ? "cond" : "uncond";
            for (String direction : List.of("x_and_sigma", "x_only", "sigma_only")) {
                var net = new Graph(Edm2Case.read(edm2), DataType.DOUBLE, "x", mode);
                SDVariable output = new Denoiser(net.unet, net.settings.sigmaData())
                        .apply(net.scope, net.x, net.sigma, net.condition);
                Map<SDVariable, SDVariable> seeds = new LinkedHashMap<>();
                if (!direction.equals("sigma_only")) {
                    INDArray dx = Edm2Case.channelsLast(Edm2Case.array(Reference.array(folder, "dir_x")));
                    seeds.put(net.x, net.scope.graph().constant("dx", dx));
                }
                if (!direction.equals("x_only")) {
                    INDArray ds = Edm2Case.array(Reference.array(folder, "dir_sigma"));
                    seeds.put(net.sigma, net.scope.graph().constant("ds", ds));
                }
                INDArray tangent =
                        net.run(List.of(Jvp.of(net.shapes, output, seeds))).get(0);
                double[] golden = Reference.array(folder, "jvp_D_" + direction).values();
                assertThat(Reference.relativeToMaximum(Edm2Case.channelsFirst(tangent), golden))
                        .isLessThan(F64);
            }
            checkVjp(folder, edm2, mode);
            Reference.checked(folder, 5);
        }
    }

    private static void checkVjp(Path folder, Path edm2, String mode) {
        var net = new Graph(Edm2Case.read(edm2), DataType.DOUBLE, "x", mode);
        SDVariable output =
                new Denoiser(net.unet, net.settings.sigmaData()).apply(net.scope, net.x, net.sigma, net.condition);
        INDArray u = Edm2Case.channelsLast(Edm2Case.array(Reference.array(folder, "vjp_cotangent")));
        var gradients = Vjp.of(net.shapes, output, net.scope.graph().constant("u", u), List.of(net.x, net.sigma));
        List<INDArray> values = net.run(List.copyOf(gradients.values()));
        assertThat(Reference.relativeToMaximum(
                        Edm2Case.channelsFirst(values.get(0)),
                        Reference.array(folder, "vjp_x").values()))
                .isLessThan(F64);
        assertThat(Reference.relativeToMaximum(
                        values.get(1).data().asDouble(),
                        Reference.array(folder, "vjp_sigma").values()))
                .isLessThan(F64);
    }

    @Test
    void arraysAreStoredInTheOrderOfTheStateDict() {
        for (Path folder : Edm2Case.folders()) {
            var settings = Edm2Case.read(folder);
            for (boolean flowMap : new boolean[] {false, true}) {
                var unet = settings.unet(flowMap);
                assertThat(unet.order())
                        .containsExactlyInAnyOrderElementsOf(
                                unet.declared().stream().map(Parameter::name).toList());
            }
            var stored = Edm2Case.weights(folder, "weights_f32");
            stored.keySet().removeIf(name -> name.startsWith("logvar_"));
            var parameters = settings.unet(false).parameters();
            assertThat(parameters.list().stream().map(Parameter::name))
                    .containsExactlyInAnyOrderElementsOf(stored.keySet());
            parameters.forEach(
                    p -> assertThat(stored.get(p.name()).shape()).as(p.name()).isEqualTo(p.shape()));
            Reference.checked(folder, stored.size());
        }
    }

    /** A reference network in a graph, with its inputs bound. */
    private static final class Graph {
        final Edm2Case settings;
        final UNet unet;
        final Shapes shapes = new Shapes(SameDiff.create());
        final Scope scope;
        final SDVariable x;
        final SDVariable sigma;
        final Condition condition;
        final Map<String, INDArray> weights;
        private final DataType type;
        private final Map<String, INDArray> bindings = new LinkedHashMap<>();

        Graph(Edm2Case settings, DataType type, String image, String mode) {
            this.settings = settings;
            this.type = type;
            unet = settings.unet(false);
            weights = Edm2Case.weights(settings.folder(), "weights_f32");
            scope = Scope.trained(shapes, type, "");
            x = input("x", Edm2Case.channelsLast(Edm2Case.array(Reference.array(settings.folder(), image))));
            sigma = input("sigma", Edm2Case.array(Reference.array(settings.folder(), "sigma")));
            condition = settings.classes() == 0
                    ? Condition.NONE
                    : new Condition(Map.of(ConditionShape.CLASS, input("classes", labels(mode))));
        }

        private INDArray labels(String mode) {
            INDArray labels = Edm2Case.array(Reference.array(settings.folder(), "class_labels"));
            return mode.equals("cond") ? labels : labels.mul(0);
        }

        SDVariable input(String name, INDArray value) {
            INDArray typed = value.castTo(type);
            bindings.put(name, typed);
            return shapes.graph().placeHolder(name, type, typed.shape());
        }

        /** F(c_in x, ln(sigma)/4). */
        SDVariable field() {
            double[] sigmas = Reference.array(settings.folder(), "sigma").values();
            INDArray scaled = bindings.get("x").dup();
            for (int i = 0; i < sigmas.length; i++) {
                scaled.slice(i).muli(1 / Math.hypot(sigmas[i], settings.sigmaData()));
            }
            SDVariable in = input("scaled", scaled);
            SDVariable label = scope.graph().math().log(sigma).mul(0.25);
            return unet.apply(scope, new UNet.Input(in, label, condition, null, null));
        }

        SDVariable loss(double[] y, double[] n) {
            SameDiff sd = shapes.graph();
            long[] nhwc = shapes.of(x);
            long[] nchw = {nhwc[0], nhwc[3], nhwc[1], nhwc[2]};
            SDVariable images = input("images", Edm2Case.channelsLast(Nd4j.create(y, nchw, 'c')));
            SDVariable noise = input("noise", Edm2Case.channelsLast(Nd4j.create(n, nchw, 'c')));
            SDVariable s = sd.reshape(sigma, nhwc[0], 1, 1, 1);
            SDVariable d =
                    new Denoiser(unet, settings.sigmaData()).apply(scope, images.add(noise.mul(s)), sigma, condition);
            double variance = settings.sigmaData() * settings.sigmaData();
            SDVariable weight = s.mul(s).add(variance).div(sd.math().square(s.mul(settings.sigmaData())));
            var mp = new MagnitudePreserving(scope);
            SDVariable features = mp.fourier(
                    sd.math().log(sigma).mul(0.25),
                    "logvar_fourier",
                    weights.get("logvar_fourier.freqs").length());
            SDVariable u = sd.reshape(
                    mp.linear(
                            features,
                            mp.weight(
                                    "logvar_linear",
                                    1,
                                    weights.get("logvar_linear.weight").shape())),
                    nhwc[0],
                    1,
                    1,
                    1);
            SDVariable error = sd.math()
                    .square(d.sub(images))
                    .mul(weight.mul(sd.math().exp(u.neg())))
                    .add(u);
            return error.sum(true, 0, 1, 2, 3).mul(1.0 / nhwc[0]);
        }

        List<INDArray> run(List<SDVariable> outputs) {
            scope.declared()
                    .forEach(p -> bindings.put(p.name(), weights.get(p.name()).castTo(type)));
            Map<String, INDArray> targets = new LinkedHashMap<>();
            for (SDVariable v : outputs) {
                targets.put(v.name(), Nd4j.createUninitialized(type, shapes.of(v), 'c'));
            }
            try (Program program = Nd4jBackend.compile(shapes, bindings, targets)) {
                program.run();
                program.run(); // a second run replays the same buffers
            }
            return outputs.stream().map(v -> targets.get(v.name())).toList();
        }
    }
}
