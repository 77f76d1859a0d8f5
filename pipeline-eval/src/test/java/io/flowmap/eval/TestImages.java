package io.flowmap.eval;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.flowmap.data.LatentShape;
import io.flowmap.eval.feature.LabelledImages;
import io.flowmap.scene.SceneDrawing;
import io.flowmap.tensor.CounterRandom;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;

/**
 * Labelled images in memory.
 *
 * @param shape shape of each image
 * @param classes number of classes
 * @param labels label of each image
 * @param all pixels of each image
 */
public record TestImages(LatentShape shape, int classes, int[] labels, byte[][] all) {
    /** Noisy stripes in four directions, 16x16. */
    public static TestImages stripes(int count) {
        var shape = new LatentShape(1, 16, 16);
        var labels = new int[count];
        var all = new byte[count][shape.size()];
        var random = new CounterRandom(1);
        for (int i = 0; i < count; i++) {
            labels[i] = i % 4;
            int phase = (int) random.below(4, i);
            for (int p = 0; p < shape.size(); p++) {
                int x = p % 16;
                int y = p / 16;
                int along = new int[] {x, y, x + y, x - y + 16}[labels[i]] + phase;
                all[i][p] = (byte) (along / 2 % 2 * 150 + random.below(40, i, p));
            }
        }
        return new TestImages(shape, 4, labels, all);
    }

    /** The first scenes, 32x32, RGB, without labels. */
    public static TestImages scenes(SceneDrawing drawing, int count) {
        var all = new byte[count][];
        var labels = new int[count];
        Arrays.fill(labels, -1);
        Arrays.setAll(all, i -> drawing.scene(i).planes());
        return new TestImages(new LatentShape(3, 32, 32), 0, labels, all);
    }

    /** Images of an EDM2 dataset zip, `count` of them, evenly spaced. */
    static TestImages zip(Path file, int count) throws IOException {
        try (var zip = new ZipFile(file.toFile())) {
            var entries = new ObjectMapper()
                    .readTree(zip.getInputStream(zip.getEntry("dataset.json")))
                    .path("labels");
            var images = new ArrayList<byte[]>();
            var labels = new int[count];
            LatentShape shape = null;
            for (int i = 0; i < count; i++) {
                var entry = entries.get((int) ((long) i * entries.size() / count));
                var image = ImageIO.read(
                        zip.getInputStream(zip.getEntry(entry.get(0).asText())));
                shape = new LatentShape(1, image.getHeight(), image.getWidth());
                labels[i] = entry.get(1).asInt();
                images.add(gray(image));
            }
            return new TestImages(shape, 10, labels, images.toArray(byte[][]::new)).shuffled();
        }
    }

    public byte[] pixels(int index) {
        return all[index].clone();
    }

    public int label(int index) {
        return labels[index];
    }

    /** Images from..to-1 as one block. */
    LabelledImages source(int from, int to) {
        return new LabelledImages() {
            @Override
            public LatentShape shape() {
                return shape;
            }

            @Override
            public int classes() {
                return classes;
            }

            @Override
            public int blocks() {
                return 1;
            }

            @Override
            public Block block(int number) {
                var pixels = new byte[(to - from) * shape.size()];
                for (int i = from; i < to; i++) {
                    System.arraycopy(all[i], 0, pixels, (i - from) * shape.size(), shape.size());
                }
                return new Block(Arrays.copyOfRange(labels, from, to), pixels);
            }
        };
    }

    private TestImages shuffled() {
        var order = new CounterRandom(5).permutation(labels.length);
        var newLabels = new int[labels.length];
        var newAll = new byte[labels.length][];
        for (int i = 0; i < order.length; i++) {
            newLabels[i] = labels[order[i]];
            newAll[i] = all[order[i]];
        }
        return new TestImages(shape, classes, newLabels, newAll);
    }

    private static byte[] gray(BufferedImage image) {
        var pixels = new byte[image.getWidth() * image.getHeight()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) image.getRaster().getSample(i % image.getWidth(), i / image.getWidth(), 0);
        }
        return pixels;
    }
}
