package io.flowmap.bench;

import io.flowmap.bench.step.BenchNetwork;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Seeded values for every parameter and constant of a network; gains are not zero, so that every path carries signal. */
public final class RandomParameters {
    private static final float GAIN = 0.7f;

    private RandomParameters() {}

    /** Weights from N(0,1) (their rows are normalised anyway), frequencies 2 pi N(0,1), phases 2 pi U(0,1). */
    public static Map<String, float[]> of(BenchNetwork network, long seed) {
        var random = new Random(seed);
        var values = new LinkedHashMap<String, float[]>();
        network.constants().forEach((name, shape) -> values.put(name, constant(name, shape, random)));
        network.parameters().forEach((name, shape) -> values.put(name, parameter(shape, random)));
        return values;
    }

    private static float[] constant(String name, long[] shape, Random random) {
        var values = new float[Math.toIntExact(BenchNetwork.length(shape))];
        for (int i = 0; i < values.length; i++) {
            double unit = name.endsWith("freqs") ? random.nextGaussian() : random.nextDouble();
            values[i] = (float) (2 * Math.PI * unit);
        }
        return values;
    }

    private static float[] parameter(long[] shape, Random random) {
        if (shape.length == 0) {
            return new float[] {GAIN};
        }
        var values = new float[Math.toIntExact(BenchNetwork.length(shape))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
