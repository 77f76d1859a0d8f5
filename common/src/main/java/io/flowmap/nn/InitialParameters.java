package io.flowmap.nn;

import io.flowmap.tensor.CounterRandom;
import java.util.Arrays;
import java.util.HashMap;

/** Initial values of a network's parameters, determined by the seed and each parameter's position. */
public final class InitialParameters {
    private InitialParameters() {}

    /** Draws the flat vector [P] of the parameters. */
    public static float[] draw(FlatParameters parameters, long seed) {
        return draw(parameters, parameters, seed);
    }

    /** Draws the flat vector of some of the parameters: the same values as in the vector of all. */
    public static float[] draw(FlatParameters all, FlatParameters part, long seed) {
        var flat = new float[Math.toIntExact(part.length())];
        var random = new CounterRandom(seed);
        var places = new HashMap<String, Integer>();
        all.forEach((place, p, offset) -> places.put(p.name(), place));
        part.forEach((place, p, offset) -> fill(flat, (int) offset, p, random, places.get(p.name())));
        return flat;
    }

    private static void fill(float[] flat, int offset, Parameter p, CounterRandom random, int place) {
        int n = (int) p.length();
        switch (p.kind()) {
            case GAIN, BIAS -> {} // zero
            case WEIGHT, EQUALISED -> random.gaussians(flat, offset, n, place);
            case DENSE -> {
                random.gaussians(flat, offset, n, place);
                scale(flat, offset, n, 1 / Math.sqrt(p.shape()[1]));
            }
            case SCALE -> Arrays.fill(flat, offset, offset + n, 1);
            case ADAPTER -> {
                double bound = 1 / Math.sqrt(p.shape()[1]);
                for (int i = 0; i < n; i++) {
                    flat[offset + i] = (float) (bound * (2 * random.uniform(place, i) - 1));
                }
            }
            case FREQUENCIES -> {
                random.gaussians(flat, offset, n, place);
                scale(flat, offset, n, 2 * Math.PI);
            }
            case PHASES -> {
                for (int i = 0; i < n; i++) {
                    flat[offset + i] = (float) (2 * Math.PI * random.uniform(place, i));
                }
            }
        }
    }

    private static void scale(float[] flat, int offset, int n, double factor) {
        for (int i = offset; i < offset + n; i++) {
            flat[i] *= (float) factor;
        }
    }
}
