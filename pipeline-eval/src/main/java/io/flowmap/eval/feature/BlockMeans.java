package io.flowmap.eval.feature;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.file.Sha256;
import java.nio.charset.StandardCharsets;

/**
 * Features without a network: the means of a grid of 8x8 blocks of each channel, of pixels in [-1, 1]. They see colours and coarse places,
 * no shapes, and need neither labels nor a file.
 *
 * @param shape shape of the images, at least 8 pixels a side
 */
public record BlockMeans(LatentShape shape) implements FeatureModel {
    /** Its name in settings and metrics. */
    public static final String NAME = "means-8x8";

    private static final int GRID = 8;

    public BlockMeans {
        if (Math.min(shape.height(), shape.width()) < GRID) {
            throw new UserError(
                    "cannot evaluate with " + NAME + ": expected images of 8 pixels or more a side, got " + shape);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    /** Hash of the definition, since there are no weights. */
    @Override
    public String hash() {
        return Sha256.of((NAME + " " + preparation()).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int dimension() {
        return GRID * GRID * shape.channels();
    }

    /** One class, since there are features only. */
    @Override
    public int classes() {
        return 1;
    }

    @Override
    public String preparation() {
        return "2 x/255 - 1, means of 8x8 blocks";
    }

    @Override
    public FeatureNetwork open() {
        return new Means(this);
    }

    private record Means(BlockMeans model) implements FeatureNetwork {
        @Override
        public Features apply(byte[] images, int count) {
            int size = model.shape.height() * model.shape.width();
            var features = new float[count * model.dimension()];
            for (int plane = 0; plane < count * model.shape.channels(); plane++) {
                for (int block = 0; block < GRID * GRID; block++) {
                    features[plane * GRID * GRID + block] = mean(images, plane * size, block / GRID, block % GRID);
                }
            }
            return new Features(count, features, new float[count]);
        }

        private float mean(byte[] images, int plane, int row, int column) {
            int height = model.shape.height();
            int width = model.shape.width();
            long sum = 0;
            int pixels = 0;
            for (int y = row * height / GRID; y < (row + 1) * height / GRID; y++) {
                for (int x = column * width / GRID; x < (column + 1) * width / GRID; x++) {
                    sum += images[plane + y * width + x] & 0xff;
                    pixels++;
                }
            }
            return (float) (sum / (127.5 * pixels) - 1);
        }

        @Override
        public void close() {}
    }
}
