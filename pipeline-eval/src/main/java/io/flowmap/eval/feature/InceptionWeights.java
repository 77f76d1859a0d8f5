package io.flowmap.eval.feature;

import io.flowmap.checkpoint.FrozenArrays;
import io.flowmap.checkpoint.StateDict;
import io.flowmap.checkpoint.foreign.WeightsFile;
import io.flowmap.config.UserError;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The weights of {@link InceptionV3} with pytorch-fid's names, batch normalisation folded into the convolutions.
 *
 * @param hash SHA-256 of their file
 * @param arrays convolutions "name.conv.weight" [out,in,kh,kw] and "name.conv.bias" [out], {@value #LOGITS} [1008,2048]
 */
public record InceptionWeights(String hash, FrozenArrays arrays) implements Serializable {
    /** Weights of the logits. The logits have no bias, as in torch-fidelity's Inception Score. */
    static final String LOGITS = "fc.weight";

    static final int CLASSES = 1008;
    private static final int COLOURS = 3;
    private static final double EPSILON = 1e-3;

    /** Reads the network's arrays. Throws {@link UserError} if they are not those of pytorch-fid's InceptionV3. */
    public static InceptionWeights read(StateDict dict, String hash) {
        var arrays = new FoldedArrays(dict, "", EPSILON);
        int features = new InceptionV3<>(new Reader(arrays)).blocks(COLOURS, 4).get(3);
        arrays.take(LOGITS, CLASSES, features);
        dict.take("fc.bias", CLASSES);
        return new InceptionWeights(hash, arrays.all());
    }

    /** The weights of a torch or safetensors file. Throws {@link UserError} if it cannot be read or holds something else. */
    public static InceptionWeights open(Configuration hadoop, Path file) {
        var weights = WeightsFile.open(hadoop, "pytorch-fid's InceptionV3", file);
        return read(weights.dict(), weights.hash());
    }

    /** Interprets the network by reading every convolution from and to a number of channels. */
    private record Reader(FoldedArrays arrays) implements InceptionV3.Layers<Integer> {
        @Override
        public Integer conv(
                Integer in, String name, int out, int rows, int columns, int stride, int padRows, int padColumns) {
            arrays.fold(name + ".conv", name + ".bn", out, in, rows, columns);
            return out;
        }

        @Override
        public Integer convOfMeans(Integer in, String name, int out) {
            return conv(in, name, out, 1, 1, 1, 0, 0);
        }

        @Override
        public Integer maxPool(Integer in, int stride, int pad) {
            return in;
        }

        @Override
        public Integer concat(List<Integer> parts) {
            return parts.stream().mapToInt(Integer::intValue).sum();
        }
    }
}
