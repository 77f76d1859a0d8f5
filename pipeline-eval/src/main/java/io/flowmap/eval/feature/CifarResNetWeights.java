package io.flowmap.eval.feature;

import io.flowmap.checkpoint.FrozenArrays;
import io.flowmap.checkpoint.StateDict;
import io.flowmap.checkpoint.foreign.WeightsFile;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The weights of a {@link CifarResNet}, batch normalisation folded into the convolutions in float64.
 *
 * @param depth 6n + 2
 * @param classes K
 * @param hash SHA-256 of their file
 * @param arrays convolutions "stage.block.conv.weight" [out,in,3,3] and ".bias" [out], "linear.weight" [K,64] and ".bias"
 */
public record CifarResNetWeights(int depth, int classes, String hash, FrozenArrays arrays) implements FeatureModel {
    static final int STAGES = 3;
    private static final int FIRST_WIDTH = 16;
    private static final int CONVOLUTIONS_A_BLOCK = 2;
    private static final int KERNEL = 3;
    private static final double EPSILON = 1e-5;
    private static final LatentShape SHAPE = new LatentShape(3, 32, 32);
    private static final String PARALLEL = "module.";

    /** Reads the arrays of a network of any depth. Throws {@link UserError} if they are not those of a CIFAR ResNet. */
    public static CifarResNetWeights read(StateDict dict, String hash) {
        var prefix = dict.has(PARALLEL + "conv1.weight") ? PARALLEL : "";
        int blocks = 0;
        while (dict.has(prefix + convolution(1, blocks, 1) + ".weight")) {
            blocks++;
        }
        var arrays = new FoldedArrays(dict, prefix, EPSILON);
        arrays.fold("conv1", "bn1", FIRST_WIDTH, SHAPE.channels(), KERNEL, KERNEL);
        for (int stage = 1; stage <= STAGES; stage++) {
            for (int block = 0; block < Math.max(1, blocks); block++) {
                fold(arrays, stage, block, 1, width(block == 0 && stage > 1 ? stage - 1 : stage));
                fold(arrays, stage, block, 2, width(stage));
            }
        }
        var weight = dict.shape(prefix + "linear.weight");
        int classes = weight.length == 0 ? 0 : Math.toIntExact(weight[0]);
        arrays.take("linear.weight", classes, width(STAGES));
        arrays.take("linear.bias", classes);
        return new CifarResNetWeights(STAGES * CONVOLUTIONS_A_BLOCK * blocks + 2, classes, hash, arrays.all());
    }

    /** The weights of a torch or safetensors file. Throws {@link UserError} if it cannot be read or holds something else. */
    public static CifarResNetWeights open(Configuration hadoop, Path file) {
        var weights = WeightsFile.open(hadoop, "a CIFAR ResNet", file);
        return read(weights.dict(), weights.hash());
    }

    /** Blocks per stage, n. */
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
    public String preparation() {
        return "as they are, (x/255 - mean)/deviation by the channels of ImageNet";
    }

    @Override
    public FeatureNetwork open() {
        return new CifarResNet(this);
    }

    /** Channels of stage 1 to 3. */
    static int width(int stage) {
        return FIRST_WIDTH << (stage - 1);
    }

    /** Name of convolution 1 or 2 of a block, numbered from 0. */
    static String convolution(int stage, int block, int number) {
        return "layer" + stage + "." + block + ".conv" + number;
    }

    private static void fold(FoldedArrays arrays, int stage, int block, int number, int in) {
        var name = convolution(stage, block, number);
        arrays.fold(name, name.replace("conv", "bn"), width(stage), in, KERNEL, KERNEL);
    }
}
