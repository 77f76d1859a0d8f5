package io.flowmap.nn;

import io.flowmap.tensor.CounterRandom;
import java.util.List;

/** Initial values of a network's parameters, a function of the seed and each parameter's place. */
public final class InitialParameters {
    private InitialParameters() {}

    /** The flat vector [P] of the parameters in their order. */
    public static float[] draw(List<Parameter> parameters, long seed) {
        int length =
                Math.toIntExact(parameters.stream().mapToLong(Parameter::length).sum());
        var flat = new float[length];
        var random = new CounterRandom(seed);
        int offset = 0;
        for (int i = 0; i < parameters.size(); i++) {
            Parameter p = parameters.get(i);
            fill(flat, offset, p, random, i);
            offset += (int) p.length();
        }
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
