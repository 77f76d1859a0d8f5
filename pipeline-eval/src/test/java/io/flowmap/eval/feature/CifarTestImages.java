package io.flowmap.eval.feature;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.flowmap.testing.TestData;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;

/**
 * All images of CIFAR-10's test split.
 *
 * @param names "test/class/number.jpg", sorted
 * @param classes names in the order of their indices
 * @param pixels uint8 [N,3,32,32]
 */
record CifarTestImages(List<String> names, List<String> classes, byte[] pixels) {
    private static final int PLANE = 32 * 32;

    static CifarTestImages read() throws IOException {
        var classes = new ArrayList<String>();
        new ObjectMapper()
                .readTree(TestData.require("cifar10", "classes.json").toFile())
                .forEach(name -> classes.add(name.asText()));
        try (var zip = new ZipFile(
                TestData.require("cifar10", "cifar10-test-folders.zip").toFile())) {
            var names = zip.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith(".jpg"))
                    .sorted()
                    .toList();
            var pixels = new byte[names.size() * 3 * PLANE];
            for (int row = 0; row < names.size(); row++) {
                try (var in = zip.getInputStream(zip.getEntry(names.get(row)))) {
                    put(ImageIO.read(in), pixels, row);
                }
            }
            return new CifarTestImages(names, classes, pixels);
        }
    }

    int count() {
        return names.size();
    }

    int row(String name) {
        return names.indexOf(name);
    }

    int label(int row) {
        return classes.indexOf(className(row));
    }

    /** Whether {@link #select} knows a subset. */
    boolean has(String subset) {
        return classes.contains(subset) || subset.equals("even") || subset.equals("odd");
    }

    /** Images of a class, or those at "even" or "odd" places among all. */
    int count(String subset) {
        return (int) IntStream.range(0, count()).filter(member(subset)).count();
    }

    /** The rows of features [N,d] of a subset. */
    float[] select(float[] features, int d, String subset) {
        var rows = IntStream.range(0, count()).filter(member(subset)).toArray();
        var selected = new float[rows.length * d];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(features, rows[i] * d, selected, i * d, d);
        }
        return selected;
    }

    private IntPredicate member(String subset) {
        return switch (subset) {
            case "even" -> row -> row % 2 == 0;
            case "odd" -> row -> row % 2 == 1;
            default -> row -> className(row).equals(subset);
        };
    }

    private String className(int row) {
        return names.get(row).split("/")[1];
    }

    private static void put(BufferedImage image, byte[] pixels, int row) {
        for (int i = 0; i < PLANE; i++) {
            int rgb = image.getRGB(i % 32, i / 32);
            for (int channel = 0; channel < 3; channel++) {
                pixels[(row * 3 + channel) * PLANE + i] = (byte) (rgb >> (16 - 8 * channel));
            }
        }
    }
}
