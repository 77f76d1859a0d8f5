package io.flowmap.eval.feature;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.eval.feature.dl4j.LoadedNetwork;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A feature network in a file of Deeplearning4j or Keras. The features are the activations of one layer, means over the pixels where it has
 * pixels. If the rows of its output sum to 1, they are probabilities of classes.
 *
 * @param file its name, for messages
 * @param bytes contents of the file
 * @param hash SHA-256 of the file
 * @param images how images become its input
 * @param layer whose activations are the features
 * @param dimension D
 * @param classes K, 1 if the output is not of probabilities
 */
public record Dl4jModel(
        String file, byte[] bytes, String hash, Preparation images, String layer, int dimension, int classes)
        implements FeatureModel {
    private static final int COLOURS = 3;
    private static final double SUM = 1e-3;

    /**
     * What the settings say of a network's images.
     *
     * @param side width and height in pixels; 0 for what the file says, or for those of the images
     * @param bgr whether the network has blue first
     * @param mean of each colour in 0..1, not used if the file has a range
     * @param deviation of each colour, likewise
     */
    public record Input(int side, boolean bgr, List<Double> mean, List<Double> deviation) {}

    /**
     * Reads a file and runs it on one black image. Throws {@link UserError} if it cannot be read or is no such network.
     *
     * @param layer name of a layer, empty for the output
     * @param shape of the images
     */
    public static Dl4jModel open(Configuration hadoop, Path file, String layer, LatentShape shape, Input input) {
        byte[] bytes;
        try (var in = Store.open(hadoop, file)) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
        }
        try (var network = LoadedNetwork.read(file.toString(), bytes)) {
            var images = images(file, network, shape, input);
            var chosen = layer.isEmpty() ? network.output() : layer;
            if (!network.layers().contains(chosen)) {
                throw new UserError("cannot evaluate with " + file + ": expected one of the layers " + network.layers()
                        + ", got " + chosen);
            }
            var rows = probe(file, network, images, chosen);
            double sum = 0;
            boolean shares = rows.get(1).length > 1;
            for (float value : rows.get(1)) {
                sum += value;
                shares &= value >= 0;
            }
            boolean probabilities = shares && Math.abs(sum - 1) < SUM;
            return new Dl4jModel(
                    file.getName(),
                    bytes,
                    Sha256.of(bytes),
                    images,
                    chosen,
                    rows.get(0).length,
                    probabilities ? rows.get(1).length : 1);
        }
    }

    private static List<float[]> probe(Path file, LoadedNetwork network, Preparation images, String layer) {
        try {
            return network.activations(
                    new float[images.size()],
                    1,
                    images.channels(),
                    images.height(),
                    images.width(),
                    layer,
                    network.output());
        } catch (RuntimeException e) { // Deeplearning4j throws many kinds for inputs that do not fit
            throw new UserError(
                    "cannot evaluate with " + file + ": expected a network of images " + images.channels() + "x"
                            + images.height() + "x" + images.width() + " (evaluate.dl4j.side), got: " + e.getMessage(),
                    e);
        }
    }

    private static Preparation images(Path file, LoadedNetwork network, LatentShape shape, Input input) {
        var form = network.form();
        int channels = form.channels() > 0 ? form.channels() : shape.channels();
        int height = form.height() > 0 ? form.height() : input.side() > 0 ? input.side() : shape.height();
        int width = form.width() > 0 ? form.width() : input.side() > 0 ? input.side() : shape.width();
        if (form.height() > 0 && input.side() > 0 && (input.side() != height || input.side() != width)) {
            throw new UserError(
                    "cannot evaluate with " + file + ": expected evaluate.dl4j.side = 0, since the file has images of "
                            + height + "x" + width + ", got " + input.side());
        }
        if (form.length() > 0 && form.length() != channels * height * width) {
            throw new UserError("cannot evaluate with " + file + ": expected images of " + form.length()
                    + " values, got " + channels + "x" + height + "x" + width);
        }
        boolean repeated = channels == COLOURS && shape.channels() == 1;
        if (channels != shape.channels() && !repeated || channels != 1 && channels != COLOURS) {
            throw new UserError(
                    "cannot evaluate with " + file + ": expected images of " + channels + " channels, got " + shape);
        }
        var mean = network.scale()
                .map(scale -> scale.mean(channels))
                .orElse(input.mean().subList(0, channels));
        var deviation = network.scale()
                .map(scale -> scale.deviation(channels))
                .orElse(input.deviation().subList(0, channels));
        return new Preparation(shape, channels, height, width, mean, deviation, input.bgr());
    }

    /** The file without its ending, and the layer. */
    @Override
    public String name() {
        return file.replaceFirst("\\.(zip|h5|hdf5)$", "") + "-" + layer.replaceAll("[^\\w.-]", "-");
    }

    @Override
    public LatentShape shape() {
        return images.shape();
    }

    @Override
    public String preparation() {
        return images.told() + ", layer " + layer;
    }

    @Override
    public FeatureNetwork open() {
        return new Dl4jNetwork(this);
    }
}
