package io.flowmap.bench;

import io.flowmap.eval.distance.FeatureBlock;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Synthetic features that resemble a network's after ReLU: correlated through a few common factors, with deviations that decrease over
 * the coordinates. The second half of the images has a slightly different distribution.
 *
 * @param images [rows, dimension], row-major
 */
record BenchFeatures(int rows, int dimension, float[][] images) {
    private static final int FACTORS = 8;
    private static final int BLOCK = 1024;

    static BenchFeatures random(int rows, int dimension, long seed) {
        var random = new SplittableRandom(seed);
        var loadings = new double[dimension][FACTORS];
        for (var loading : loadings) {
            fill(random, loading);
        }
        var images = new float[rows][dimension];
        var factors = new double[FACTORS];
        for (int row = 0; row < rows; row++) {
            fill(random, factors);
            double shift = row < rows / 2 ? 0.4 : 0.45;
            for (int j = 0; j < dimension; j++) {
                double common = 0;
                for (int k = 0; k < FACTORS; k++) {
                    common += loadings[j][k] * factors[k];
                }
                double deviation = 0.5 / (1 + j / 200.0);
                images[row][j] = (float) Math.max(0, shift + deviation * (normal(random) + 0.3 * common));
            }
        }
        return new BenchFeatures(rows, dimension, images);
    }

    /** Blocks of a range of rows, numbered from 0. */
    List<FeatureBlock> blocks(int from, int to) {
        var blocks = new ArrayList<FeatureBlock>();
        for (int first = from; first < to; first += BLOCK) {
            var features = new float[Math.min(BLOCK, to - first) * dimension];
            for (int i = 0; i < features.length / dimension; i++) {
                System.arraycopy(images[first + i], 0, features, i * dimension, dimension);
            }
            blocks.add(new FeatureBlock(blocks.size(), dimension, features));
        }
        return blocks;
    }

    /** Writes all features as little-endian float32. */
    void write(Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            var bytes = ByteBuffer.allocate(dimension * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (var image : images) {
                bytes.asFloatBuffer().put(image);
                out.write(bytes.array());
            }
        }
    }

    private static void fill(SplittableRandom random, double[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = normal(random);
        }
    }

    /** Sum of four uniform numbers from one draw, scaled to variance 1. */
    private static double normal(SplittableRandom random) {
        long bits = random.nextLong();
        long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
        return (sum - 2 * 65535.0) / 65536 * Math.sqrt(3);
    }
}
