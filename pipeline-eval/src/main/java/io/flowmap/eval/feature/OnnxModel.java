package io.flowmap.eval.feature;

import ai.onnxruntime.OrtException;
import io.flowmap.data.LatentShape;
import io.flowmap.job.Sha256;
import io.flowmap.job.UserError;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A network in an ONNX file, from one input [N,3,H,W] in float32 to features, its first output [N,D] or [N,D,1,1], on images of one shape.
 *
 * @param file its name, for messages
 * @param bytes of the file
 * @param hash SHA-256 of it
 * @param shape of the images, RGB or grey
 * @param side of the square that they are resized to
 * @param mean of each colour, in 0..1
 * @param deviation of each colour
 * @param dimension D
 */
public record OnnxModel(
        String file,
        byte[] bytes,
        String hash,
        LatentShape shape,
        int side,
        List<Double> mean,
        List<Double> deviation,
        int dimension)
        implements FeatureModel {
    private static final int LARGEST = Integer.MAX_VALUE - 8;

    /**
     * Reads a file and tries it on one empty image. Throws {@link UserError} where it cannot be read or is no such network.
     *
     * @param side of the images, 0 where the file's input fixes it
     */
    public static OnnxModel open(
            Configuration hadoop, Path file, LatentShape shape, int side, List<Double> mean, List<Double> deviation) {
        if (shape.channels() != 1 && shape.channels() != 3) {
            throw new UserError("cannot evaluate by " + file + ": expected images of 1 or 3 channels, got " + shape);
        }
        var bytes = read(hadoop, file);
        try (var session = new OnnxSession(bytes)) {
            int fixed = session.side();
            if (fixed > 0 && side > 0 && fixed != side) {
                throw new UserError("cannot evaluate by " + file + ": expected evaluate.onnx.side 0 or " + fixed
                        + ", which the file fixes, got " + side);
            }
            if (fixed == 0 && side == 0) {
                throw new UserError("cannot evaluate by " + file
                        + ": expected evaluate.onnx.side, since the file takes images of any size, got 0");
            }
            int used = Math.max(fixed, side);
            int dimension = session.apply(new float[3 * used * used], 1, used).length;
            return new OnnxModel(file.getName(), bytes, Sha256.of(bytes), shape, used, mean, deviation, dimension);
        } catch (OrtException | IllegalArgumentException e) {
            throw new UserError(
                    "cannot evaluate by " + file
                            + ": expected an ONNX network from [N,3,H,W] in float32 to features, got "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
    }

    private static byte[] read(Configuration hadoop, Path file) {
        try {
            var fileSystem = file.getFileSystem(hadoop);
            long length = fileSystem.getFileStatus(file).getLen();
            if (length > LARGEST) {
                throw new UserError("cannot read ONNX file " + file + ": expected less than 2 GiB, got " + length);
            }
            var bytes = new byte[(int) length];
            try (var in = fileSystem.open(file)) {
                in.readFully(bytes);
            }
            return bytes;
        } catch (IOException e) {
            throw new UserError("cannot read ONNX file " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return file.replaceFirst("\\.onnx$", "");
    }

    /** One class: it gives features alone. */
    @Override
    public int classes() {
        return 1;
    }

    @Override
    public String preparation() {
        return String.format(Locale.ROOT, "bicubic %dx%d as PIL, (x/255 - %s)/%s", side, side, mean, deviation);
    }

    @Override
    public FeatureNetwork open() {
        return new OnnxNetwork(this);
    }
}
