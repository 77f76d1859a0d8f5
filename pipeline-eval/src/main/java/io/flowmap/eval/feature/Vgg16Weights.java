package io.flowmap.eval.feature;

import io.flowmap.checkpoint.FrozenArrays;
import io.flowmap.checkpoint.StateDict;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.foreign.WeightsFile;
import io.flowmap.config.UserError;
import io.flowmap.eval.feature.dl4j.KerasWeights;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The weights of VGG16 (Simonyan and Zisserman 2015, configuration D) up to its second hidden layer: thirteen 3x3 convolutions in five
 * blocks, and two layers of 4,096. Channels and the size of the images follow from the arrays.
 *
 * @param keras whether they are Keras', for blue, green, red less their means; otherwise torchvision's, for normalised red, green, blue
 * @param hash SHA-256 of their file
 * @param side width and height of the images, a multiple of 32: 224
 * @param dimension of the features: 4096
 * @param arrays "conv1" to "conv13" [out,in,3,3], "fc1" [D,C,side/32,side/32] and "fc2" [D,D,1,1], each with ".weight" and ".bias"
 */
record Vgg16Weights(boolean keras, String hash, int side, int dimension, FrozenArrays arrays) implements Serializable {
    /** Convolutions of each block; a pooling follows each block. */
    static final List<Integer> BLOCKS = List.of(2, 2, 3, 3, 3);

    private static final int SHRINKS = 32;
    private static final int COLOURS = 3;
    private static final String NETWORK = "VGG16";
    private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F'};

    /** Reads torchvision's file (torch or safetensors), or Keras' (HDF5). Throws {@link UserError} if it is neither. */
    static Vgg16Weights open(Configuration hadoop, Path file) {
        try (var in = Store.open(hadoop, file)) {
            byte[] begin = in.readNBytes(HDF5.length);
            if (!Arrays.equals(begin, HDF5)) {
                var weights = WeightsFile.open(hadoop, NETWORK, file);
                return read(weights.dict(), weights.hash(), false);
            }
            in.seek(0);
            byte[] whole = in.readAllBytes();
            var arrays = turned(KerasWeights.read(file.toString(), whole), file.toString());
            return read(new StateDict(NETWORK, file.toString(), arrays), Sha256.of(whole), true);
        } catch (IOException e) {
            throw new UserError("cannot read VGG16 from " + file + ": " + e.getMessage(), e);
        }
    }

    /** Reads arrays under torchvision's names. */
    static Vgg16Weights read(StateDict dict, String hash, boolean keras) {
        var shapes = new LinkedHashMap<String, long[]>();
        var values = new HashMap<String, double[]>();
        long channels = COLOURS;
        int number = 0;
        int layer = 0;
        for (int convolutions : BLOCKS) {
            for (int i = 0; i < convolutions; i++) {
                var name = "features." + layer;
                long out = dict.shape(name + ".weight")[0];
                take(dict, name, "conv" + ++number, shapes, values, out, channels, 3, 3);
                channels = out;
                layer += 2; // a ReLU follows each
            }
            layer++; // the pooling
        }
        long[] first = dict.shape("classifier.0.weight");
        long cells = first.length == 2 ? first[1] / channels : 0;
        int size = (int) Math.round(Math.sqrt(cells));
        if (size < 1 || channels * size * size != first[1]) {
            throw dict.mistake("an array classifier.0.weight of " + channels + " channels", Arrays.toString(first));
        }
        take(dict, "classifier.0", "fc1", shapes, values, first[0], first[1]);
        shapes.put("fc1.weight", new long[] {first[0], channels, size, size});
        long hidden = dict.shape("classifier.3.weight")[0];
        take(dict, "classifier.3", "fc2", shapes, values, hidden, first[0]);
        shapes.put("fc2.weight", new long[] {hidden, first[0], 1, 1});
        if (dict.has("classifier.6.weight")) {
            long[] last = dict.shape("classifier.6.weight");
            dict.take("classifier.6.weight", last);
            dict.take("classifier.6.bias", last[0]);
        }
        dict.requireAllTaken();
        return new Vgg16Weights(keras, hash, SHRINKS * size, Math.toIntExact(hidden), FrozenArrays.of(shapes, values));
    }

    private static void take(
            StateDict dict,
            String from,
            String to,
            Map<String, long[]> shapes,
            Map<String, double[]> values,
            long... shape) {
        values.put(to + ".weight", dict.take(from + ".weight", shape));
        shapes.put(to + ".weight", shape);
        values.put(to + ".bias", dict.take(from + ".bias", shape[0]));
        shapes.put(to + ".bias", new long[] {shape[0]});
    }

    /** Keras' arrays under torchvision's names and in its layout: kernels [3,3,in,out], and matrices [H W C,out]. */
    private static Map<String, TensorData> turned(Map<String, TensorData> keras, String file) {
        var dict = new StateDict(NETWORK, file, keras);
        var turned = new LinkedHashMap<String, TensorData>();
        int layer = 0;
        long channels = 0;
        for (int block = 1; block <= BLOCKS.size(); block++) {
            for (int i = 1; i <= BLOCKS.get(block - 1); i++) {
                var name = "block" + block + "_conv" + i;
                long[] shape = dict.shape(name + ".kernel");
                if (shape.length != 4) {
                    throw dict.mistake("a kernel " + name + " [3,3,in,out]", Arrays.toString(shape));
                }
                int in = (int) shape[2];
                int out = (int) shape[3];
                double[] kernel = dict.take(name + ".kernel", 3, 3, in, out);
                var weight = new float[kernel.length];
                for (int k = 0; k < kernel.length; k++) {
                    int o = k % out;
                    int c = k / out % in;
                    weight[(o * in + c) * 9 + k / out / in] = (float) kernel[k];
                }
                put(turned, dict, name, "features." + layer, weight, out, in, 3, 3);
                channels = out;
                layer += 2;
            }
            layer++;
        }
        matrix(turned, dict, "fc1", "classifier.0", channels);
        matrix(turned, dict, "fc2", "classifier.3", 0);
        return turned;
    }

    /** @param channels of the pixels that the rows stand for, 0 if they stand for features */
    private static void matrix(Map<String, TensorData> turned, StateDict dict, String from, String to, long channels) {
        long[] shape = dict.shape(from + ".kernel");
        if (shape.length != 2) {
            throw dict.mistake("a matrix " + from, Arrays.toString(shape));
        }
        int in = (int) shape[0];
        int out = (int) shape[1];
        double[] kernel = dict.take(from + ".kernel", in, out);
        int cells = channels == 0 ? in : Math.max(1, (int) (in / channels));
        var weight = new float[kernel.length];
        for (int row = 0; row < in; row++) {
            int place = channels == 0 ? row : (int) (row % channels) * cells + (int) (row / channels);
            for (int o = 0; o < out; o++) {
                weight[o * in + place] = (float) kernel[row * out + o];
            }
        }
        put(turned, dict, from, to, weight, out, in);
    }

    private static void put(
            Map<String, TensorData> turned, StateDict dict, String from, String to, float[] weight, long... shape) {
        turned.put(to + ".weight", TensorData.of(weight, 0, shape));
        turned.put(to + ".bias", TensorData.of(dict.take(from + ".bias", shape[0]), shape[0]));
    }
}
