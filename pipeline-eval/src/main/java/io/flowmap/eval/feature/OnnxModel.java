package io.flowmap.eval.feature;

import io.flowmap.codec.OnnxSession;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A feature network in an ONNX file, for images of one shape: one input [N,3,H,W] in float32; the first output [N,D] or [N,D,1,1] is
 * the features.
 *
 * @param file its name, for messages
 * @param bytes contents of the file
 * @param hash SHA-256 of the file
 * @param shape shape of the images, RGB or grey
 * @param side width and height that images are resized to
 * @param batch batch size that the file fixes, 0 for any
 * @param mean mean of each colour, in 0..1
 * @param deviation standard deviation of each colour
 * @param dimension D
 */
public record OnnxModel(
        String file,
        byte[] bytes,
        String hash,
        LatentShape shape,
        int side,
        int batch,
        List<Double> mean,
        List<Double> deviation,
        int dimension)
        implements FeatureModel {
    static final String NETWORK = "an ONNX network from [N,3,H,W] in float32 to features";

    /**
     * Reads a file and runs it on one empty image. Throws {@link UserError} if it cannot be read or is no such network.
     */
    public static OnnxModel open(Configuration hadoop, Path file, LatentShape shape, OnnxConfig config) {
        if (shape.channels() != 1 && shape.channels() != 3) {
            throw new UserError("cannot evaluate with " + file + ": expected images of 1 or 3 channels, got " + shape);
        }
        var bytes = OnnxSession.read(hadoop, file);
        try (var session = OnnxSession.of(file.toString(), NETWORK, bytes)) {
            var images = OnnxNetwork.images(session);
            if (images == null) {
                throw new UserError("cannot evaluate with " + file + ": expected " + NETWORK + ", got inputs "
                        + session.inputs().stream()
                                .map(input -> input + Arrays.toString(session.inputShape(input)))
                                .toList());
            }
            int used = config.side(file.toString(), "evaluate.onnx", images[2]);
            int batch = (int) Math.max(0, images[0]);
            int dimension = OnnxNetwork.features(session, new float[3 * used * used], 1, batch, used).length;
            return new OnnxModel(
                    file.getName(),
                    bytes,
                    session.hash(),
                    shape,
                    used,
                    batch,
                    config.mean(),
                    config.deviation(),
                    dimension);
        }
    }

    @Override
    public String name() {
        return file.replaceFirst("\\.onnx$", "");
    }

    /** One class, since the network gives features only. */
    @Override
    public int classes() {
        return 1;
    }

    @Override
    public String preparation() {
        return images().told();
    }

    /** How images become the network's input. */
    Preparation images() {
        return Preparation.rgb(shape, side, mean, deviation);
    }

    @Override
    public FeatureNetwork open() {
        return new OnnxNetwork(this);
    }
}
