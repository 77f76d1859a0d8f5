package io.flowmap.distill.prepare;

import io.flowmap.flow.NoiseLabel;
import io.flowmap.flow.TimePairs;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.TimeEmbedding;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.ParameterLayout;
import java.util.List;

/**
 * A network's embedding of its noise label c: emb(c) = W features(c), features_i(c) = sqrt(2) cos(f_i c + phi_i).
 *
 * @param names names of the arrays in the network
 * @param frequencies f [n]
 * @param phases phi [n]
 * @param weight W [E,n], row-major
 */
record NoiseEmbedding(TimeEmbedding names, float[] frequencies, float[] phases, float[] weight) {
    private static final double EARLIEST = NoiseLabel.SIGMA_MIN / (1 + NoiseLabel.SIGMA_MIN);
    private static final double LATEST = NoiseLabel.SIGMA_MAX / (1 + NoiseLabel.SIGMA_MAX);

    /** Reads the embedding from a network's parameters [P]. */
    static NoiseEmbedding of(TimeEmbedding names, ParameterLayout layout, float[] parameters) {
        return new NoiseEmbedding(
                names,
                ParameterLayout.values(parameters, layout.entry(names.frequencies())),
                ParameterLayout.values(parameters, layout.entry(names.phases())),
                ParameterLayout.values(parameters, layout.entry(names.weight())));
    }

    /** A copy of the parameters [P] in which this embedding replaces theirs. */
    float[] in(ParameterLayout layout, float[] parameters) {
        float[] changed = parameters.clone();
        put(frequencies, layout.entry(names.frequencies()), changed);
        put(phases, layout.entry(names.phases()), changed);
        put(weight, layout.entry(names.weight()), changed);
        return changed;
    }

    private static void put(float[] values, ParameterLayout.Entry entry, float[] parameters) {
        System.arraycopy(values, 0, parameters, (int) entry.offset(), values.length);
    }

    NoiseEmbedding with(float[] newWeight) {
        return new NoiseEmbedding(names, frequencies, phases, newWeight);
    }

    /**
     * The same weight over features of t. Each old feature cos(f u(t) + phi), u = ln(t/(1-t))/4, is linearised about its own time tau,
     * with its slope multiplied by {@code scale}: f' = a f, phi' = phi + f (u(tau) - a tau), a = scale u'(tau) = scale / (4 tau
     * (1-tau)). Near tau the new feature equals the old one (at scale 1), and together the features cover the range of frequencies that
     * u has under the distribution of tau.
     *
     * @param law mean and standard deviation of logit tau
     */
    NoiseEmbedding inTime(TimePairs law, double scale, CounterRandom random, long stream) {
        var newFrequencies = new float[frequencies.length];
        var newPhases = new float[frequencies.length];
        for (int i = 0; i < frequencies.length; i++) {
            double tau = Math.min(Math.max(law.drawTime(random, stream, i), EARLIEST), LATEST);
            double a = scale / (4 * tau * (1 - tau));
            newFrequencies[i] = (float) (a * frequencies[i]);
            newPhases[i] = (float) (phases[i] + frequencies[i] * (StrictMath.log(tau / (1 - tau)) / 4 - a * tau));
        }
        return new NoiseEmbedding(names, newFrequencies, newPhases, weight);
    }

    /** The embedding's arrays under the network's names: frequencies, phases, weight. */
    List<Parameter> parameters() {
        long n = frequencies.length;
        return List.of(
                new Parameter(names.frequencies(), new long[] {n}, Parameter.Kind.FREQUENCIES),
                new Parameter(names.phases(), new long[] {n}, Parameter.Kind.PHASES),
                trained());
    }

    /** The weight, the only array that alignment trains. */
    Parameter trained() {
        long n = frequencies.length;
        return new Parameter(names.weight(), new long[] {weight.length / n, n}, Parameter.Kind.WEIGHT);
    }
}
