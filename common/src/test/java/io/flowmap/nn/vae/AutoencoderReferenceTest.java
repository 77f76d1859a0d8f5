package io.flowmap.nn.vae;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.checkpoint.foreign.ConfigFile;
import io.flowmap.model.FrozenWeights;
import io.flowmap.testing.FrozenValues;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The autoencoder from both layouts on disk, compared block by block with BFL's code in float64. */
@Tag("reference")
class AutoencoderReferenceTest {
    private static final Map<DataType, Double> TOLERANCES = Map.of(DataType.DOUBLE, 1e-9, DataType.FLOAT, 5e-6);

    @Test
    void everyArrayMatchesTheOriginalInBothLayoutsAndTypes() {
        for (var folder : Reference.folders(
                Reference.require("flux", "vae"), folder -> Files.exists(folder.resolve("goldens_f64.npz")))) {
            var network = new Autoencoder(AutoencoderConfig.of(
                    ConfigFile.read(new Configuration(), hadoop(folder.resolve("diffusers/config.json")))));
            checkSizes(folder, network.config());
            int cases = 0;
            for (var layout : List.of("bfl", "diffusers")) {
                for (var type : TOLERANCES.keySet()) {
                    cases += new Case(folder, network, weights(folder.resolve(layout), network), type).check();
                }
            }
            Reference.checked(folder, cases);
        }
    }

    private static Map<String, INDArray> weights(Path layout, Autoencoder network) {
        int levels = network.config().levels();
        return FrozenWeights.open(
                        new Configuration(),
                        "an autoencoder",
                        hadoop(layout),
                        network.parameters(),
                        name -> AutoencoderNames.bfl(name, levels))
                .arrays();
    }

    /** The sizes read from diffusers' file are those of BFL's constructor. */
    private static void checkSizes(Path folder, AutoencoderConfig config) {
        var all = Reference.json(folder, "config");
        var bfl = all.get("bfl");
        var multipliers = new int[bfl.get("ch_mult").size()];
        Arrays.setAll(multipliers, i -> bfl.get("ch_mult").get(i).asInt());
        var expected = new AutoencoderConfig(
                bfl.get("ch").asInt(),
                multipliers,
                bfl.get("num_res_blocks").asInt(),
                bfl.get("z_channels").asInt(),
                all.get("norm_num_groups").asInt(),
                bfl.get("scale_factor").asDouble(),
                bfl.get("shift_factor").asDouble());
        assertThat(config).usingRecursiveComparison().isEqualTo(expected);
    }

    private static final class Case {
        private final Path folder;
        private final Autoencoder network;
        private final Map<String, INDArray> weights;
        private final DataType type;
        private final Map<String, Npy> goldens;
        private int checked;

        Case(Path folder, Autoencoder network, Map<String, INDArray> weights, DataType type) {
            this.folder = folder;
            this.network = network;
            this.weights = weights;
            this.type = type;
            this.goldens = Reference.arrays(folder, "goldens_f64");
        }

        int check() {
            var encoded = run("image", network::moments);
            var decoded = run("z", network::decode);
            moments(encoded.get(FrozenValues.OUTPUT));
            compare("latents_mean_scaled", run("image", network::encode).get(FrozenValues.OUTPUT));
            compare("decoded", decoded.get(FrozenValues.OUTPUT));
            bytes(run("flowmap_latents", network::decode).get(FrozenValues.OUTPUT));
            Reference.arrays(folder, "activations_f64_first_sample").forEach((name, expected) -> {
                var all = name.startsWith("encoder") ? encoded : decoded;
                assertThat(all).as("observed values").containsKey(name);
                compare(name, Arrays.copyOf(all.get(name), expected.values().length), expected);
            });
            return checked;
        }

        /** Mean and logvar are halves of the moments; a sample is scale (mean + exp(logvar / 2) eps - shift). */
        private void moments(double[] moments) {
            compare("moments", moments);
            var eps = goldens.get("eps");
            int size = eps.values().length / (int) eps.shape()[0];
            var mean = new double[eps.values().length];
            var logvar = new double[mean.length];
            var sample = new double[mean.length];
            for (int i = 0; i < mean.length; i++) {
                int at = i / size * 2 * size + i % size;
                mean[i] = moments[at];
                logvar[i] = moments[at + size];
                double raw = mean[i] + Math.exp(logvar[i] / 2) * eps.values()[i];
                sample[i] = network.config().scale() * (raw - network.config().shift());
            }
            compare("mean", mean);
            compare("logvar", logvar);
            compare("latents_sample_scaled", sample);
        }

        /** Pixels as BFL has them (cut) and as diffusers (rounded); a value within the tolerance of a step may fall on either side. */
        private void bytes(double[] image) {
            compare("flowmap_image", image);
            var cut = goldens.get("flowmap_uint8_bfl_truncated").values();
            var rounded = goldens.get("flowmap_uint8_diffusers_rounded").values();
            for (int i = 0; i < image.length; i++) {
                double level = 127.5 * (Math.max(-1, Math.min(1, image[i])) + 1);
                if (Math.abs(level - Math.rint(level)) > 1e-3) {
                    assertThat(Math.floor(level)).as("pixel %d", i).isEqualTo(cut[i]);
                }
                if (Math.abs(level + 0.5 - Math.rint(level + 0.5)) > 1e-3) {
                    assertThat(Math.rint(level)).as("pixel %d", i).isEqualTo(rounded[i]);
                }
            }
        }

        private Map<String, double[]> run(
                String input, BiFunction<io.flowmap.nn.Scope, SDVariable, SDVariable> network) {
            return FrozenValues.of(type, weights, goldens.get(input), network);
        }

        private void compare(String name, double[] actual) {
            compare(name, actual, goldens.get(name));
        }

        private void compare(String name, double[] actual, Npy expected) {
            assertThat(Reference.relativeToMaximum(actual, expected.values()))
                    .as("%s of %s in %s", name, folder, type)
                    .isLessThan(TOLERANCES.get(type));
            checked++;
        }
    }

    private static org.apache.hadoop.fs.Path hadoop(Path path) {
        return new org.apache.hadoop.fs.Path(path.toUri());
    }
}
