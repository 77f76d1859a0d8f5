package io.flowmap.eval.scene;

import io.flowmap.scene.Colour;
import io.flowmap.scene.Scene;
import io.flowmap.scene.SceneLaw;
import io.flowmap.scene.Shape;
import io.flowmap.scene.Thing.Size;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the objects of a picture of a scene. Pixels that are far from the background's colour form components; colour is the nearest to
 * the component's core, shape the outline of the same area and centre that fits best.
 *
 * @param law law of the scenes: it says from which area on an object is large
 */
public record SceneDetector(SceneLaw law) implements Serializable {
    private static final int SIDE = Scene.SIDE;
    private static final int PIXELS = SIDE * SIDE;
    private static final double FOREGROUND = 80;
    private static final int FEWEST_PIXELS = 6;
    private static final double FARTHEST_COLOUR = 100;
    private static final double LEAST_FIT = 0.75;

    /**
     * An object that was found.
     *
     * @param colour null if no colour is near
     * @param shape null if no shape fits
     * @param x centre of its area, in pixels to the right
     * @param y in pixels down
     * @param area in pixels
     */
    public record Found(Colour colour, Shape shape, Size size, double x, double y, double area) {}

    /**
     * The objects of a picture, by their topmost pixels.
     *
     * @param planes unsigned bytes [3,32,32]
     */
    public List<Found> objects(byte[] planes) {
        if (planes.length != Scene.CHANNELS * PIXELS) {
            throw new IllegalArgumentException(
                    "expected a scene of " + Scene.CHANNELS * PIXELS + " values, got " + planes.length);
        }
        var background = background(planes);
        var distances = new double[PIXELS];
        var mask = new boolean[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
            distances[i] = Math.sqrt(squared(planes, i, background));
            mask[i] = distances[i] > FOREGROUND;
        }
        var components = new Components(mask, SIDE);
        var found = new ArrayList<Found>();
        for (int number = 0; number < components.count(); number++) {
            var members = components.members(number);
            if (members.length >= FEWEST_PIXELS) {
                var core = core(planes, members, distances);
                found.add(found(planes, components.surrounded(number), background, core));
            }
        }
        return found;
    }

    /** The background that more pixels are nearest to, of all colours; dark if equally many. */
    private static Colour background(byte[] planes) {
        var counts = new int[Colour.values().length];
        for (int i = 0; i < PIXELS; i++) {
            var nearest = Colour.DARK;
            for (var colour : Colour.values()) {
                if (squared(planes, i, colour) < squared(planes, i, nearest)) {
                    nearest = colour;
                }
            }
            counts[nearest.ordinal()]++;
        }
        return counts[Colour.LIGHT.ordinal()] > counts[Colour.DARK.ordinal()] ? Colour.LIGHT : Colour.DARK;
    }

    /** The mean colour of the members that are at least as far from the background as their median. */
    private static double[] core(byte[] planes, int[] members, double[] distances) {
        var sorted =
                Arrays.stream(members).mapToDouble(i -> distances[i]).sorted().toArray();
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        var mean = new double[Scene.CHANNELS];
        int count = 0;
        for (int i : members) {
            if (distances[i] >= median) {
                count++;
                for (int channel = 0; channel < mean.length; channel++) {
                    mean[channel] += value(planes, i, channel);
                }
            }
        }
        for (int channel = 0; channel < mean.length; channel++) {
            mean[channel] /= count;
        }
        return mean;
    }

    private Found found(byte[] planes, int[] pixels, Colour background, double[] core) {
        var nearest = Colour.OF_OBJECTS.get(0);
        for (var colour : Colour.OF_OBJECTS) {
            if (distance(core, colour) < distance(core, nearest)) {
                nearest = colour;
            }
        }
        var covered = new double[PIXELS];
        double area = 0;
        double x = 0;
        double y = 0;
        for (int i : pixels) {
            covered[i] = coverage(planes, i, background, nearest);
            area += covered[i];
            x += covered[i] * (i % SIDE + 0.5);
            y += covered[i] * (i / SIDE + 0.5);
        }
        x /= area;
        y /= area;
        var best = Shape.CIRCLE;
        double fit = 0;
        for (var shape : Shape.values()) {
            double overlap = overlap(covered, shape, x, y, shape.radius(area));
            if (overlap > fit) {
                best = shape;
                fit = overlap;
            }
        }
        return new Found(
                distance(core, nearest) < FARTHEST_COLOUR ? nearest : null,
                fit >= LEAST_FIT ? best : null,
                area > law.largeArea(best) ? Size.LARGE : Size.SMALL,
                x,
                y,
                area);
    }

    /** How much of a pixel has the colour: its projection on the line from the background to the colour, in 0..1. */
    private static double coverage(byte[] planes, int pixel, Colour background, Colour colour) {
        double product = 0;
        double square = 0;
        for (int channel = 0; channel < Scene.CHANNELS; channel++) {
            double axis = colour.channel(channel) - background.channel(channel);
            product += (value(planes, pixel, channel) - background.channel(channel)) * axis;
            square += axis * axis;
        }
        return Math.min(Math.max(product / square, 0), 1);
    }

    /** The intersection of what is covered with a shape, over their union. */
    private static double overlap(double[] covered, Shape shape, double x, double y, double radius) {
        double both = 0;
        double either = 0;
        for (int i = 0; i < PIXELS; i++) {
            double drawn = shape.coverage(i % SIDE + 0.5 - x, i / SIDE + 0.5 - y, radius);
            both += Math.min(covered[i], drawn);
            either += Math.max(covered[i], drawn);
        }
        return both / either;
    }

    private static double squared(byte[] planes, int pixel, Colour colour) {
        double sum = 0;
        for (int channel = 0; channel < Scene.CHANNELS; channel++) {
            double difference = value(planes, pixel, channel) - colour.channel(channel);
            sum += difference * difference;
        }
        return sum;
    }

    private static double distance(double[] mean, Colour colour) {
        double sum = 0;
        for (int channel = 0; channel < mean.length; channel++) {
            double difference = mean[channel] - colour.channel(channel);
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    private static int value(byte[] planes, int pixel, int channel) {
        return planes[channel * PIXELS + pixel] & 0xff;
    }
}
