package io.flowmap.bench.torch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.bench.step.BenchNetwork;
import io.flowmap.bench.torch.TorchUnet.Condition;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Compares the rival's network and objective with values of the original Python code, in double. */
@Tag("reference")
class TorchReferenceTest {
    private static final double SIGMA_DATA = 0.5;
    private static final Set<String> SUPPORTED = Set.of(
            "img_resolution",
            "img_channels",
            "label_dim",
            "model_channels",
            "channel_mult",
            "num_blocks",
            "attn_resolutions",
            "channels_per_head");

    private static final String DEFAULTS =
            """
            {
              "sigma_data": 0.5,
              "channel_mult_noise": null,
              "channel_mult_emb": null,
              "label_balance": 0.5,
              "concat_balance": 0.5,
              "res_balance": 0.3,
              "attn_balance": 0.3,
              "clip_act": 256,
              "resample_filter": [1, 1],
              "dropout": 0,
              "use_fp16": true,
              "logvar_channels": 128
            }""";

    @BeforeAll
    static void startLibtorch() {
        TorchRuntime.start(2);
    }

    @Test
    void denoiserAndRawNetworkMatchTheOriginal() {
        for (Path folder : networks()) {
            int cases = 0;
            for (String mode : List.of("cond", "uncond")) {
                if (!Files.exists(folder.resolve("D_" + mode + "_f64.npy"))) {
                    continue;
                }
                for (boolean channelsLast : new boolean[] {false, true}) {
                    checkForward(folder, mode, channelsLast);
                    cases++;
                }
            }
            Reference.checked(folder, cases);
        }
    }

    @Test
    void denoiserMatchesOnImagesThatAreNotSquare() {
        for (Path folder : networks()) {
            try (var scope = new PointerScope();
                    var guard = new NoGradGuard()) {
                var model = new Model(folder, Reference.arrays(folder, "weights_f32"), false, false);
                Tensor denoised = model.denoise(
                        tensor(folder, "x_nonsquare"), tensor(folder, "sigma"), model.labels(folder, "cond"));
                assertClose(denoised, Reference.array(folder, "D_nonsquare_f64"), 1e-9);
            }
            Reference.checked(folder, 1);
        }
    }

    @Test
    void lossGradientsMatchTheOriginal() {
        for (Path folder : networks()) {
            for (boolean channelsLast : new boolean[] {false, true}) {
                checkLossGradients(folder, channelsLast);
            }
            Reference.checked(folder, 2);
        }
    }

    @Test
    void objectiveAndItsGradientsMatchTheOriginal() {
        Path root = Reference.require("edm2").getParent();
        for (Path folder :
                Reference.folders(root, path -> path.getFileName().toString().startsWith("ayf_edm2_"))) {
            Path network =
                    root.resolve("edm2").resolve(folder.getFileName().toString().substring("ayf_edm2_".length()));
            if (!understood(network)) {
                continue;
            }
            var tags = warmups(folder);
            tags.forEach(tag -> checkObjective(folder, network, tag));
            Reference.checked(folder, tags.size());
        }
    }

    private static void checkForward(Path folder, String mode, boolean channelsLast) {
        try (var scope = new PointerScope();
                var guard = new NoGradGuard()) {
            var model = new Model(folder, Reference.arrays(folder, "weights_f32"), channelsLast, false);
            Tensor x = tensor(folder, "x");
            Tensor sigma = tensor(folder, "sigma");
            Optional<Tensor> labels = model.labels(folder, mode);
            assertClose(model.denoise(x, sigma, labels), Reference.array(folder, "D_" + mode + "_f64"), 1e-9);
            Tensor scaled = x.mul(
                    Torch.add(sigma.square(), SIGMA_DATA * SIGMA_DATA).rsqrt().reshape(-1, 1, 1, 1));
            Tensor raw = model.network(scaled, Torch.mul(sigma.log(), 0.25), labels);
            assertClose(raw, Reference.array(folder, "unet_F_" + mode + "_f64"), 1e-9);
        }
    }

    private static void checkLossGradients(Path folder, boolean channelsLast) {
        try (var scope = new PointerScope()) {
            var model = new Model(folder, Reference.arrays(folder, "weights_f32"), channelsLast, true);
            String mode = Files.exists(folder.resolve("D_cond_f64.npy")) ? "cond" : "uncond";
            Tensor sigma = tensor(folder, "sigma").reshape(-1, 1, 1, 1);
            Tensor images = tensor(folder, "edm2loss_images");
            Tensor noisy = torch.addcmul(images, tensor(folder, "edm2loss_noise"), sigma);
            Tensor denoised = model.denoise(noisy, tensor(folder, "sigma"), model.labels(folder, mode));
            Tensor square = sigma.square();
            Tensor weight = Torch.add(square, SIGMA_DATA * SIGMA_DATA)
                    .div(Torch.mul(square, SIGMA_DATA * SIGMA_DATA))
                    .div(tensor(folder, "logvar_" + mode + "_f64")
                            .reshape(-1, 1, 1, 1)
                            .exp());
            Tensor loss = Torch.mul(denoised.sub(images).square().mul(weight).sum(), 1.0 / images.size(0));
            model.assertGradients(loss, Reference.arrays(folder, "edm2loss_grads_f32"));
        }
    }

    /** The reference's student is a bare network with noise label t - 0.25 s; its teachers are EDM denoisers. */
    private static void checkObjective(Path folder, Path network, String tag) {
        try (var scope = new PointerScope()) {
            var student = new Model(network, Reference.arrays(folder, "student_weights_f32"), false, true);
            var labels = student.labels(network, "cond");
            Tensor x = tensor(folder, "fm_x_t");
            Tensor t = tensor(folder, "fm_t");
            Tensor s = tensor(folder, "fm_s");
            Tensor velocity;
            Tensor tangent;
            Tensor late = Torch.mul(s, -0.25);
            try (var guard = new NoGradGuard()) {
                velocity = velocity(folder, network, x, t, labels);
                assertClose(velocity, Reference.array(folder, tag + "_emd_v"), 1e-9);
                double h = 1e-5;
                Tensor after = student.network(Torch.add(x, velocity, h), Torch.add(t.add(late), h), labels);
                Tensor before = student.network(Torch.add(x, velocity, -h), Torch.add(t.add(late), -h), labels);
                tangent = Torch.mul(after.sub(before), 0.5 / h);
                assertClose(tangent, Reference.array(folder, tag + "_emd_dFdt"), 1e-6);
            }
            Tensor field = student.network(x, t.add(late), labels);
            double warmup = Double.parseDouble(tag.substring(1));
            TorchTarget goal = TorchTarget.of(velocity, field.detach(), tangent, s, t, warmup, 0.1);
            assertClose(goal.residual(), Reference.array(folder, tag + "_emd_g"), 1e-6);
            assertClose(goal.target(), Reference.array(folder, tag + "_emd_target"), 1e-6);
            Tensor loss = Torch.mul(field.sub(goal.target()).square().sum(), 1.0 / x.size(0));
            student.assertGradients(loss, Reference.arrays(folder, tag + "_grad_train_emd"));
        }
    }

    private static Tensor velocity(Path folder, Path network, Tensor x, Tensor t, Optional<Tensor> labels) {
        double guidance = Reference.json(folder, "info").get("lambda").asDouble();
        var main = new Model(network, Reference.arrays(network, "weights_f32"), false, false);
        var weak = new Model(network, Reference.arrays(folder, "weak_weights_f32"), false, false);
        Tensor rest = Torch.add(Torch.mul(t, -1), 1);
        Tensor noisy = x.div(rest.reshape(-1, 1, 1, 1));
        Tensor a = x.sub(main.denoise(noisy, t.div(rest), labels)).div(t.reshape(-1, 1, 1, 1));
        Tensor b = x.sub(weak.denoise(noisy, t.div(rest), labels)).div(t.reshape(-1, 1, 1, 1));
        return Torch.mul(a, guidance).add(Torch.mul(b, 1 - guidance));
    }

    /** A network of the reference with its weights. The raw weights are leaves if gradients are needed. */
    private static final class Model {
        private final BenchNetwork network;
        private final Map<String, Tensor> raw = new LinkedHashMap<>();
        private final TorchUnet unet;

        Model(Path folder, Map<String, Npy> weights, boolean channelsLast, boolean gradients) {
            network = network(Reference.json(folder, "config").get("kw"));
            network.parameters().forEach((name, shape) -> {
                Tensor leaf = tensor(named(weights, name), shape);
                leaf.set_requires_grad(gradients);
                raw.put(name, leaf);
            });
            var constants = new LinkedHashMap<String, Tensor>();
            network.constants().forEach((name, shape) -> constants.put(name, tensor(named(weights, name), shape)));
            unet = new TorchUnet(
                    network, TorchWeights.normalised(network, raw, channelsLast), constants, channelsLast, gradients);
        }

        Optional<Tensor> labels(Path folder, String mode) {
            if (network.labelDim() == 0) {
                return Optional.empty();
            }
            Tensor labels = tensor(folder, "class_labels");
            return Optional.of(mode.equals("cond") ? labels : torch.zeros_like(labels));
        }

        Tensor network(Tensor x, Tensor noise, Optional<Tensor> labels) {
            return unet.forward(x, new Condition(noise, Optional.empty(), Optional.empty(), labels));
        }

        /** D(x; sigma), EDM's preconditioning. */
        Tensor denoise(Tensor x, Tensor sigma, Optional<Tensor> labels) {
            Tensor square = Torch.add(sigma.square(), SIGMA_DATA * SIGMA_DATA).reshape(-1, 1, 1, 1);
            Tensor raw = network(x.mul(square.rsqrt()), Torch.mul(sigma.log(), 0.25), labels);
            Tensor out = Torch.mul(sigma.reshape(-1, 1, 1, 1), SIGMA_DATA).mul(square.rsqrt());
            return torch.addcmul(Torch.mul(x, SIGMA_DATA * SIGMA_DATA).div(square), raw, out);
        }

        void assertGradients(Tensor loss, Map<String, Npy> expected) {
            var names = new ArrayList<>(raw.keySet());
            TensorVector gradients = torch.grad(
                    new TensorVector(loss), new TensorVector(raw.values().toArray(Tensor[]::new)));
            for (int i = 0; i < names.size(); i++) {
                double error = Reference.relativeToMaximum(
                        Torch.values(gradients.get(i)),
                        named(expected, names.get(i)).values());
                assertThat(error).as("gradient of %s", names.get(i)).isLessThan(1e-6);
            }
        }

        private static BenchNetwork network(JsonNode kw) {
            return new BenchNetwork(
                    kw.get("img_resolution").asInt(),
                    kw.get("img_channels").asInt(),
                    kw.get("label_dim").asInt(),
                    kw.get("model_channels").asInt(),
                    ints(kw.get("channel_mult")),
                    kw.get("num_blocks").asInt(),
                    ints(kw.get("attn_resolutions")),
                    kw.get("channels_per_head").asInt(),
                    false,
                    256);
        }

        private static List<Integer> ints(JsonNode array) {
            var values = new ArrayList<Integer>();
            array.forEach(value -> values.add(value.asInt()));
            return values;
        }
    }

    private static List<Path> networks() {
        return Reference.folders(Reference.require("edm2"), TorchReferenceTest::understood);
    }

    private static boolean understood(Path folder) {
        return Files.exists(folder.resolve("config.json"))
                && Reference.understands(
                        folder, Reference.json(folder, "config").get("kw"), SUPPORTED, DEFAULTS);
    }

    private static List<String> warmups(Path folder) {
        String[] files = folder.toFile().list((parent, name) -> name.matches("r[0-9.]+_emd_g\\.npy"));
        return List.of(files).stream()
                .map(name -> name.substring(0, name.indexOf('_')))
                .sorted()
                .toList();
    }

    private static Npy named(Map<String, Npy> arrays, String name) {
        return arrays.containsKey("unet." + name) ? arrays.get("unet." + name) : arrays.get(name);
    }

    private static Tensor tensor(Path folder, String name) {
        Npy array = Reference.array(folder, name);
        return tensor(array, array.shape());
    }

    private static Tensor tensor(Npy array, long[] shape) {
        return Torch.tensor(ScalarType.Double, array.values(), shape);
    }

    private static void assertClose(Tensor actual, Npy expected, double tolerance) {
        assertThat(Reference.relativeToMaximum(Torch.values(actual), expected.values()))
                .isLessThan(tolerance);
    }
}
