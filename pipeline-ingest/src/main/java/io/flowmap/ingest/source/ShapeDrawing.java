package io.flowmap.ingest.source;

import io.flowmap.ingest.image.PixelImage;
import io.flowmap.ingest.label.ClassNames;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;

/**
 * Draws image number n of a split as a function of (seed, split, n) alone: 16x16, one channel, bright on dark, anti-aliased with 8x8
 * samples per pixel. Position, size, rotation and both intensities vary. The shape stays inside the image, and its rotation within 12
 * degrees, so that plus and cross remain distinct.
 */
final class ShapeDrawing {
    static final int SIDE = 16;
    private static final int SAMPLES = 8;
    private static final double LEAST_RADIUS = 4.6;
    private static final double MOST_RADIUS = 7.2;
    private static final double MOST_TURN = Math.PI / 15;

    private final CounterRandom random;
    private final long split;

    ShapeDrawing(long seed, long split) {
        this.random = new CounterRandom(seed);
        this.split = split;
    }

    static ClassNames classNames() {
        var names = Arrays.stream(Shape.values())
                .map(shape -> shape.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .toList();
        return new ClassNames(new ArrayList<>(names), true);
    }

    /** Class of an image: image number modulo the number of classes. */
    int label(long number) {
        return (int) (number % Shape.values().length);
    }

    PixelImage image(long number) {
        var shape = Shape.values()[label(number)];
        double radius = between(LEAST_RADIUS, MOST_RADIUS, number, 0);
        double room = SIDE / 2.0 - radius;
        double centreX = SIDE / 2.0 + between(-room, room, number, 1);
        double centreY = SIDE / 2.0 + between(-room, room, number, 2);
        double turn = between(-MOST_TURN, MOST_TURN, number, 3);
        double cos = StrictMath.cos(turn) / radius;
        double sin = StrictMath.sin(turn) / radius;
        double dark = between(0, 40, number, 4);
        double light = between(150, 255, number, 5);
        byte[] pixels = new byte[SIDE * SIDE];
        for (int i = 0; i < pixels.length; i++) {
            double covered = coverage(shape, i % SIDE - centreX, i / SIDE - centreY, cos, sin);
            pixels[i] = (byte) Math.rint(dark + (light - dark) * covered);
        }
        return PixelImage.ofPlanes(1, SIDE, SIDE, pixels);
    }

    private static double coverage(Shape shape, double left, double top, double cos, double sin) {
        int covered = 0;
        for (int sample = 0; sample < SAMPLES * SAMPLES; sample++) {
            double x = left + (sample % SAMPLES + 0.5) / SAMPLES;
            double y = top + (sample / SAMPLES + 0.5) / SAMPLES;
            if (shape.covers(cos * x + sin * y, cos * y - sin * x)) {
                covered++;
            }
        }
        return (double) covered / (SAMPLES * SAMPLES);
    }

    private double between(double low, double high, long number, long what) {
        return low + (high - low) * random.uniform(split, number, what);
    }
}
