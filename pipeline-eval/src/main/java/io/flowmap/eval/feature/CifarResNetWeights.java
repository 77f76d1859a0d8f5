package io.flowmap.eval.feature;

import io.flowmap.checkpoint.FrozenArrays;
import io.flowmap.checkpoint.StateDict;
import io.flowmap.checkpoint.foreign.WeightsFile;
import io.flowmap.data.LatentShape;
import io.flowmap.job.UserError;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The weights of a {@link CifarResNet}, batch normalisation folded into the convolutions in float64:
 * w gain / sqrt(variance + 1e-5) and bias - mean gain / sqrt(variance + 1e-5).
 *
 * @param depth 6n + 2
 * @param classes K
 * @param hash of the file that they are from
 * @param arrays convolutions "stage.block.conv.weight" [out,in,3,3] and ".bias" [out], "linear.weight" [K,64] and ".bias"
 */
public record CifarResNetWeights(int depth, int classes, String hash, FrozenArrays arrays) implements FeatureModel {
    static final int STAGES = 3;
    private static final int FIRST_WIDTH = 16;
    private static final int CONVOLUTIONS_A_BLOCK = 2;
    private static final double EPSILON = 1e-5;
    private static final LatentShape SHAPE = new LatentShape(3, 32, 32);
    private static final String PARALLEL = "module.";

    /** Takes the arrays of a network of any depth. Throws {@link UserError} where they are not those of a CIFAR ResNet. */
    public static CifarResNetWeights read(StateDict dict, String hash) {
        return new Reader(dict).read(hash);
    }

    /** The weights of a torch or safetensors file. Throws {@link UserError} where it cannot be read or holds something else. */
    public static CifarResNetWeights open(Configuration hadoop, Path file) {
        var weights = WeightsFile.open(hadoop, "a CIFAR ResNet", file);
        return read(weights.dict(), weights.hash());
    }

    /** Blocks a stage, n. */
    int blocks() {
        return (depth - 2) / (STAGES * CONVOLUTIONS_A_BLOCK);
    }

    @Override
    public String name() {
        return "ResNet" + depth;
    }

    @Override
    public LatentShape shape() {
        return SHAPE;
    }

    @Override
    public int dimension() {
        return width(STAGES);
    }

    @Override
    public FeatureNetwork open() {
        return new CifarResNet(this);
    }

    /** Channels of stage 1 .. 3. */
    static int width(int stage) {
        return FIRST_WIDTH << (stage - 1);
    }

    /** Name of a convolution, 1 or 2, of a block from 0. */
    static String convolution(int stage, int block, int number) {
        return "layer" + stage + "." + block + ".conv" + number;
    }

    private static final class Reader {
        private final StateDict dict;
        private final String prefix;
        private final Map<String, long[]> shapes = new LinkedHashMap<>();
        private final Map<String, double[]> values = new HashMap<>();

        Reader(StateDict dict) {
            this.dict = dict;
            this.prefix = dict.has(PARALLEL + "conv1.weight") ? PARALLEL : "";
        }

        CifarResNetWeights read(String hash) {
            int blocks = 0;
            while (dict.has(prefix + convolution(1, blocks, 1) + ".weight")) {
                blocks++;
            }
            fold("conv1", "bn1", SHAPE.channels(), FIRST_WIDTH);
            for (int stage = 1; stage <= STAGES; stage++) {
                for (int block = 0; block < Math.max(1, blocks); block++) {
                    int in = width(block == 0 && stage > 1 ? stage - 1 : stage);
                    fold(stage, block, 1, in);
                    fold(stage, block, 2, width(stage));
                }
            }
            int classes = linear();
            dict.requireAllTaken();
            return new CifarResNetWeights(
                    STAGES * CONVOLUTIONS_A_BLOCK * blocks + 2, classes, hash, FrozenArrays.of(shapes, values));
        }

        private int linear() {
            var weight = dict.shape(prefix + "linear.weight");
            int classes = weight.length == 0 ? 0 : Math.toIntExact(weight[0]);
            keep("linear.weight", dict.take(prefix + "linear.weight", classes, width(STAGES)), classes, width(STAGES));
            keep("linear.bias", dict.take(prefix + "linear.bias", classes), classes);
            return classes;
        }

        private void fold(int stage, int block, int number, int in) {
            var name = convolution(stage, block, number);
            fold(name, name.replace("conv", "bn"), in, width(stage));
        }

        private void fold(String convolution, String norm, int in, int out) {
            var weight = dict.take(prefix + convolution + ".weight", out, in, 3, 3);
            var gain = dict.take(prefix + norm + ".weight", out);
            var bias = dict.take(prefix + norm + ".bias", out);
            var mean = dict.take(prefix + norm + ".running_mean", out);
            var variance = dict.take(prefix + norm + ".running_var", out);
            if (dict.has(prefix + norm + ".num_batches_tracked")) {
                dict.take(prefix + norm + ".num_batches_tracked");
            }
            for (int i = 0; i < weight.length; i++) {
                int channel = i * out / weight.length;
                weight[i] *= gain[channel] / Math.sqrt(variance[channel] + EPSILON);
            }
            for (int channel = 0; channel < out; channel++) {
                bias[channel] -= mean[channel] * gain[channel] / Math.sqrt(variance[channel] + EPSILON);
            }
            keep(convolution + ".weight", weight, out, in, 3, 3);
            keep(convolution + ".bias", bias, out);
        }

        private void keep(String name, double[] array, long... shape) {
            shapes.put(name, shape);
            values.put(name, array);
        }
    }
}
