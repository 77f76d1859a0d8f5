package io.flowmap.eval.feature;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * VGG16 for images of one shape: the features are its second hidden layer after max(x, 0), as for the recall of StyleGAN3 and of
 * Kynkaanniemi et al. 2019.
 *
 * @param weights of the network
 * @param images how images become its input
 */
public record Vgg16Model(Vgg16Weights weights, Preparation images) implements FeatureModel {
    private static final double BYTE = 255;
    private static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
    private static final List<Double> DEVIATION = List.of(0.229, 0.224, 0.225);
    /** Of blue, green, red. */
    private static final List<Double> KERAS_MEAN = List.of(103.939 / BYTE, 116.779 / BYTE, 123.68 / BYTE);

    private static final List<Double> KERAS_DEVIATION = List.of(1 / BYTE, 1 / BYTE, 1 / BYTE);

    /** Reads torchvision's or Keras' weights. Throws {@link UserError} if they cannot be read or the images have no colours. */
    public static Vgg16Model open(Configuration hadoop, Path file, LatentShape shape) {
        return of(Vgg16Weights.open(hadoop, file), shape);
    }

    static Vgg16Model of(Vgg16Weights weights, LatentShape shape) {
        if (shape.channels() != 1 && shape.channels() != 3) {
            throw new UserError("cannot evaluate with VGG16: expected images of 1 or 3 channels, got " + shape);
        }
        int side = weights.side();
        return new Vgg16Model(
                weights,
                weights.keras()
                        ? new Preparation(shape, 3, side, side, KERAS_MEAN, KERAS_DEVIATION, true)
                        : Preparation.rgb(shape, side, MEAN, DEVIATION));
    }

    @Override
    public String name() {
        return weights.keras() ? "VGG16-keras" : "VGG16-torchvision";
    }

    @Override
    public String hash() {
        return weights.hash();
    }

    @Override
    public LatentShape shape() {
        return images.shape();
    }

    @Override
    public int dimension() {
        return weights.dimension();
    }

    /** One class, since its last layer is not used. */
    @Override
    public int classes() {
        return 1;
    }

    @Override
    public String preparation() {
        return weights.keras()
                ? String.format(
                        Locale.ROOT,
                        "bicubic %dx%d as PIL, blue first, x - (103.939, 116.779, 123.68)",
                        weights.side(),
                        weights.side())
                : images.told();
    }

    @Override
    public FeatureNetwork open() {
        return new Vgg16(this);
    }
}
