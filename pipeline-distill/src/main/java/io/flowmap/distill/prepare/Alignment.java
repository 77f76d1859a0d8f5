package io.flowmap.distill.prepare;

import io.flowmap.config.UserError;
import io.flowmap.distill.train.TrainedModel;
import io.flowmap.distill.train.Trainer;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.Normalisation;
import io.flowmap.distill.train.step.ObjectiveFactory;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.TimeEmbedding;
import io.flowmap.stage.JobContext;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.ParameterLayout;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Alignment of a network's time embedding (AYF, section 3): minimises E_t ||emb_new(t) - emb_EDM2(ln(t/(1-t))/4)||^2 over the unit rows
 * of the new embedding's weight, with logit t ~ N(mean, deviation^2) and the noise level within EDM2's range. All other parameters are
 * frozen.
 *
 * @param imported network with c_noise = ln(sigma)/4
 */
public record Alignment(StoredModel imported, AlignmentConfig config, long seed) implements ObjectiveFactory {
    static final long TIME = 1;
    private static final long FEATURES = 2;
    private static final int NODES = 2049;

    /**
     * Result of an alignment.
     *
     * @param parameters of the whole network [P], with the new embedding
     * @param hash of the alignment's last checkpoint
     * @param errorBefore E ||emb_new - emb_EDM2||^2 / E ||emb_EDM2||^2 with the old weight on the new features
     * @param error the same with the trained weight
     */
    public record Aligned(float[] parameters, String hash, double errorBefore, double error) {}

    /** Trains in a directory, or resumes from its last checkpoint. */
    public Aligned train(JobContext context, Path dir) {
        float[] parameters = imported.vector(context.hadoop());
        var layout = imported.spec().parameters().layout();
        var old = NoiseEmbedding.of(embedding(), layout, parameters);
        var fresh = features(old);
        TrainedModel trained = new Trainer(context, this, BlockSource.empty(), config.training(), dir)
                .train(fresh::weight, layout(fresh));
        var aligned = fresh.with(trained.vector("parameters"));
        return new Aligned(aligned.in(layout, parameters), trained.hash(), error(old, fresh), error(old, aligned));
    }

    /** The network's time embedding. Throws {@link UserError} if it is not a linear map of Fourier features. */
    private TimeEmbedding embedding() {
        if (imported.spec().network() instanceof TimeEmbedding embedding) {
            return embedding;
        }
        throw new UserError("cannot prepare " + imported.dir()
                + ": expected a network whose time embedding is a linear map of Fourier features, got another form");
    }

    private NoiseEmbedding features(NoiseEmbedding old) {
        return old.inTime(config.time(), config.frequencyScale(), new CounterRandom(seed), FEATURES);
    }

    static ParameterLayout layout(NoiseEmbedding embedding) {
        return new FlatParameters(List.of(embedding.trained())).layout();
    }

    /** Relative squared error under the distribution of t, by the trapezoidal rule in (logit t - mean)/deviation over [-6, 6]. */
    double error(NoiseEmbedding old, NoiseEmbedding aligned) {
        INDArray weight = Nd4j.createFromArray(aligned.weight());
        var law = config.time();
        var times = new float[NODES];
        for (int i = 0; i < NODES; i++) {
            times[i] = (float) (1 / (1 + StrictMath.exp(-(law.mean() + law.deviation() * node(i)))));
        }
        try (var program = new AlignmentProgram(embedding(), old, aligned, NODES, weight, Nd4j.zerosLike(weight))) {
            program.times(times);
            program.run();
            return integral(program.distances()) / integral(program.magnitudes());
        }
    }

    private static double node(int i) {
        return 12.0 * i / (NODES - 1) - 6;
    }

    /** Integral, up to a factor, of values at the nodes times exp(-node^2/2). */
    private static double integral(float[] values) {
        double sum = 0;
        for (int i = 0; i < NODES; i++) {
            sum += values[i] * StrictMath.exp(-node(i) * node(i) / 2);
        }
        return sum;
    }

    /** Times of consecutive samples. */
    float[] times(CounterRandom random, long stream, long first, int n) {
        var times = new float[n];
        for (int i = 0; i < n; i++) {
            times[i] = (float) config.time().drawTime(random, stream, first + i);
        }
        return times;
    }

    @Override
    public LocalObjective create(Configuration hadoop, TrainingConfig training) {
        var old = NoiseEmbedding.of(embedding(), imported.spec().parameters().layout(), imported.vector(hadoop));
        return new AlignmentObjective(this, embedding(), old, features(old));
    }

    @Override
    public Normalisation normalisation(Configuration hadoop, TrainingConfig training) {
        return normalisation(
                NoiseEmbedding.of(embedding(), imported.spec().parameters().layout(), imported.vector(hadoop)));
    }

    Normalisation normalisation(NoiseEmbedding embedding) {
        return Normalisation.unitRows(new FlatParameters(List.of(embedding.trained())));
    }
}
