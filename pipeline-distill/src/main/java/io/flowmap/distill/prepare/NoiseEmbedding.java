package io.flowmap.distill.prepare;

import io.flowmap.checkpoint.ParameterLayout;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.flow.TimePairs;
import io.flowmap.nn.Parameter;
import io.flowmap.tensor.CounterRandom;
import java.util.List;

/**
 * A network's embedding of its noise label c: emb(c) = W features(c), features_i(c) = sqrt(2) cos(f_i c + phi_i).
 *
 * @param frequencies f [n]
 * @param phases phi [n]
 * @param weight W [E,n], row-major
 */
record NoiseEmbedding(float[] frequencies, float[] phases, float[] weight) {
    private static final String FREQUENCIES = "emb_fourier.freqs";
    private static final String PHASES = "emb_fourier.phases";
    private static final String WEIGHT = "emb_noise.weight";
    private static final double EARLIEST = NoiseLabel.SIGMA_MIN / (1 + NoiseLabel.SIGMA_MIN);
    private static final double LATEST = NoiseLabel.SIGMA_MAX / (1 + NoiseLabel.SIGMA_MAX);

    /** That of a network with these parameters [P]. */
    static NoiseEmbedding of(ParameterLayout layout, float[] parameters) {
        return new NoiseEmbedding(
                part(layout.entry(FREQUENCIES), parameters),
                part(layout.entry(PHASES), parameters),
                part(layout.entry(WEIGHT), parameters));
    }

    private static float[] part(ParameterLayout.Entry entry, float[] parameters) {
        var values = new float[(int) entry.length()];
        System.arraycopy(parameters, (int) entry.offset(), values, 0, values.length);
        return values;
    }

    /** A copy of the parameters [P] with this embedding in place of theirs. */
    float[] in(ParameterLayout layout, float[] parameters) {
        float[] changed = parameters.clone();
        put(frequencies, layout.entry(FREQUENCIES), changed);
        put(phases, layout.entry(PHASES), changed);
        put(weight, layout.entry(WEIGHT), changed);
        return changed;
    }

    private static void put(float[] values, ParameterLayout.Entry entry, float[] parameters) {
        System.arraycopy(values, 0, parameters, (int) entry.offset(), values.length);
    }

    NoiseEmbedding with(float[] newWeight) {
        return new NoiseEmbedding(frequencies, phases, newWeight);
    }

    /**
     * The same weight over features of t: each old feature cos(f u(t) + phi), u = ln(t/(1-t))/4, in first order about a time
     * tau of its own, its slope times {@code scale}: f' = a f, phi' = phi + f (u(tau) - a tau), a = scale u'(tau) =
     * scale / (4 tau (1-tau)). Near tau the new feature is the old one (at scale 1), and together they have the range of
     * frequencies that u has under the law.
     *
     * @param law mean and deviation of logit tau
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
        return new NoiseEmbedding(newFrequencies, newPhases, weight);
    }

    /** Its arrays as a network names them: frequencies, phases, weight. */
    List<Parameter> parameters() {
        long n = frequencies.length;
        return List.of(
                new Parameter(FREQUENCIES, new long[] {n}, Parameter.Kind.FREQUENCIES),
                new Parameter(PHASES, new long[] {n}, Parameter.Kind.PHASES),
                trained());
    }

    /** The weight, the only array that alignment trains. */
    Parameter trained() {
        long n = frequencies.length;
        return new Parameter(WEIGHT, new long[] {weight.length / n, n}, Parameter.Kind.WEIGHT);
    }
}
