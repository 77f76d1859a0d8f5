package io.flowmap.nn.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.checkpoint.foreign.ConfigFile;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.engine.ProgramPlan;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.graph.Shapes;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.Scope;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.testing.FrozenValues;
import io.flowmap.testing.Npy;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class AutoencoderTest {
    private static final Logger LOG = LoggerFactory.getLogger(AutoencoderTest.class);
    private static final String GOOD =
            "{\"block_out_channels\": [8, 16], \"layers_per_block\": 1, \"latent_channels\": 4,"
                    + " \"norm_num_groups\": 4, \"scaling_factor\": 0.3611, \"shift_factor\": 0.1159, \"use_quant_conv\": false,"
                    + " \"use_post_quant_conv\": false}";

    /** 66 x 64 pixels have more scores than are held at once. */
    @Test
    void attentionInPortionsMatchesAPlainLoop() {
        int height = 66;
        int width = 64;
        int c = 2;
        var network = new Autoencoder(new AutoencoderConfig(c, new int[] {1}, 1, 1, 1, 1, 0));
        var weights = draw(network.parameters());
        var image = new double[3 * height * width];
        gaussians(image, 1);
        var input = new Npy("f8", new long[] {1, 3, height, width}, image);
        var values = FrozenValues.of(DataType.DOUBLE, weights, input, network::moments);
        int pixels = height * width;
        double[] x = values.get("encoder.mid.block_1");
        double[] normed = normed(x, weights);
        double[][] q = mixed(normed, weights, "q", pixels);
        double[][] k = mixed(normed, weights, "k", pixels);
        double[][] v = mixed(normed, weights, "v", pixels);
        double[] actual = values.get("encoder.mid.attn_1");
        for (int i = 0; i < pixels; i += 97) {
            double sum = 0;
            var mean = new double[c];
            for (int j = 0; j < pixels; j++) {
                double weight = Math.exp((q[0][i] * k[0][j] + q[1][i] * k[1][j]) / Math.sqrt(c));
                sum += weight;
                mean[0] += weight * v[0][j];
                mean[1] += weight * v[1][j];
            }
            var out = weights.get("encoder.mid.attn_1.proj_out.weight");
            for (int to = 0; to < c; to++) {
                double expected = x[to * pixels + i]
                        + weights.get("encoder.mid.attn_1.proj_out.bias").getDouble(to)
                        + (out.getDouble(to, 0, 0, 0) * mean[0] + out.getDouble(to, 1, 0, 0) * mean[1]) / sum;
                assertThat(actual[to * pixels + i]).isCloseTo(expected, within(1e-9));
            }
        }
    }

    /** Planned without taking memory. The attention alone would need 16 times as much for twice the side. */
    @Test
    void memoryOfFluxGrowsWithThePixelsAlone() {
        var network = new Autoencoder(AutoencoderConfig.FLUX);
        long small = planned(network::encode, 512, 3);
        long large = planned(network::encode, 1024, 3);
        long decoded = planned(network::decode, 128, 16);
        LOG.info("flux autoencoder: encode 512={} 1024={} decode 1024={} bytes", small, large, decoded);
        assertThat(large).isLessThan(5 * small).isLessThan(3L << 30);
        assertThat(decoded).isLessThan(5L << 30);
        assertThat(network.parameters().stream().mapToLong(Parameter::length).sum())
                .as("parameters of ae.safetensors")
                .isEqualTo(83_819_683);
    }

    private static long planned(BiFunction<Scope, SDVariable, SDVariable> network, long side, long channels) {
        try (var shapes = new Shapes(SameDiff.create())) {
            var scope = Scope.trained(shapes, DataType.FLOAT, "");
            var x = scope.graph().placeHolder("x", DataType.FLOAT, 1, side, side, channels);
            var y = network.apply(scope, x);
            return ProgramPlan.of(new Nd4jBackend(), shapes, List.of(y.name()), false)
                    .bytes();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "encoder.conv_in.weight, encoder.conv_in.weight",
        "encoder.down_blocks.1.resnets.0.norm1.bias, encoder.down.1.block.0.norm1.bias",
        "encoder.down_blocks.2.resnets.1.conv_shortcut.weight, encoder.down.2.block.1.nin_shortcut.weight",
        "encoder.down_blocks.0.downsamplers.0.conv.weight, encoder.down.0.downsample.conv.weight",
        "encoder.mid_block.attentions.0.to_out.0.bias, encoder.mid.attn_1.proj_out.bias",
        "encoder.mid_block.attentions.0.group_norm.weight, encoder.mid.attn_1.norm.weight",
        "encoder.mid_block.resnets.1.conv2.weight, encoder.mid.block_2.conv2.weight",
        "decoder.up_blocks.0.resnets.2.conv1.weight, decoder.up.3.block.2.conv1.weight",
        "decoder.up_blocks.2.upsamplers.0.conv.bias, decoder.up.1.upsample.conv.bias",
        "decoder.conv_norm_out.weight, decoder.norm_out.weight",
        "decoder.up.3.block.2.conv1.weight, decoder.up.3.block.2.conv1.weight"
    })
    void namesOfDiffusersAreTranslated(String diffusers, String bfl) {
        assertThat(AutoencoderNames.bfl(diffusers, 4)).isEqualTo(bfl);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[8, 16] | [8, 12] | multiples of the first number as block_out_channels",
                "[8, 16] | [6, 12] | expected channels that are multiples of 4 groups, got 6",
                "[8, 16] | [] | a list of integers as block_out_channels",
                "\"latent_channels\": 4 | \"latent_channels\": 0.5 | an integer from 1 as latent_channels, got 0.5",
                "0.3611 | -1 | a number above 0 as scaling_factor, got -1",
                "\"use_quant_conv\": false, | '' | false, the only supported value as use_quant_conv, got true"
            })
    void anUnfitConfigurationNamesItsKey(String part, String other, String message) throws IOException {
        assertThat(config(GOOD).factor()).isEqualTo(2);
        var text = GOOD.replace(part, other);
        assertThatThrownBy(() -> config(text)).isInstanceOf(UserError.class).hasMessageContaining(message);
    }

    private static AutoencoderConfig config(String text) throws IOException {
        return AutoencoderConfig.of(new ConfigFile("config.json", Json.mapper().readTree(text)));
    }

    private static Map<String, INDArray> draw(List<Parameter> parameters) {
        var arrays = new HashMap<String, INDArray>();
        for (int i = 0; i < parameters.size(); i++) {
            var values = new double[(int) parameters.get(i).length()];
            gaussians(values, i + 2);
            arrays.put(
                    parameters.get(i).name(),
                    Nd4j.create(values, parameters.get(i).shape(), 'c'));
        }
        return arrays;
    }

    private static void gaussians(double[] values, long seed) {
        var drawn = new float[values.length];
        new CounterRandom(seed).gaussians(drawn, 0, drawn.length, 1);
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.5 * drawn[i];
        }
    }

    /** Normalised in one group, [C,H,W]. */
    private static double[] normed(double[] x, Map<String, INDArray> weights) {
        double mean = 0;
        double square = 0;
        for (double value : x) {
            mean += value / x.length;
        }
        for (double value : x) {
            square += (value - mean) * (value - mean) / x.length;
        }
        var normed = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int channel = i / (x.length / 2);
            normed[i] = (x[i] - mean)
                            / Math.sqrt(square + 1e-6)
                            * weights.get("encoder.mid.attn_1.norm.weight").getDouble(channel)
                    + weights.get("encoder.mid.attn_1.norm.bias").getDouble(channel);
        }
        return normed;
    }

    private static double[][] mixed(double[] x, Map<String, INDArray> weights, String name, int pixels) {
        var weight = weights.get("encoder.mid.attn_1." + name + ".weight");
        var bias = weights.get("encoder.mid.attn_1." + name + ".bias");
        var mixed = new double[2][pixels];
        for (int to = 0; to < 2; to++) {
            for (int i = 0; i < pixels; i++) {
                mixed[to][i] = weight.getDouble(to, 0, 0, 0) * x[i]
                        + weight.getDouble(to, 1, 0, 0) * x[pixels + i]
                        + bias.getDouble(to);
            }
        }
        return mixed;
    }
}
