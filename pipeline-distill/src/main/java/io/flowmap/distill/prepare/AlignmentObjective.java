package io.flowmap.distill.prepare;

import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.Normalisation;
import io.flowmap.distill.train.step.StepReport;
import io.flowmap.nn.TimeEmbedding;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.ParameterLayout;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The alignment loss at times drawn from the batch's sample numbers; the data is not read. */
final class AlignmentObjective implements LocalObjective {
    private final Alignment recipe;
    private final TimeEmbedding network;
    private final NoiseEmbedding imported;
    private final NoiseEmbedding aligned;
    private final Normalisation normalisation;
    private AlignmentProgram program;

    /**
     * @param imported embedding of ln(sigma)/4, the target
     * @param aligned embedding of t whose weight is trained
     */
    AlignmentObjective(Alignment recipe, TimeEmbedding network, NoiseEmbedding imported, NoiseEmbedding aligned) {
        this.recipe = recipe;
        this.network = network;
        this.imported = imported;
        this.aligned = aligned;
        this.normalisation = recipe.normalisation(aligned);
    }

    @Override
    public ParameterLayout layout() {
        return Alignment.layout(aligned);
    }

    @Override
    public StepReport gradient(INDArray parameters, INDArray gradient, Batch batch, long step) {
        if (program == null) {
            program = new AlignmentProgram(network, imported, aligned, batch.size(), parameters, gradient);
        }
        program.times(
                recipe.times(new CounterRandom(recipe.seed()), Alignment.TIME, batch.firstSample(), batch.size()));
        program.run();
        float[] norms = program.distances();
        double loss = 0;
        for (int i = 0; i < norms.length; i++) {
            loss += norms[i] / norms.length;
            norms[i] = (float) Math.sqrt(norms[i]);
        }
        return new StepReport(loss, norms, new float[norms.length], 1);
    }

    @Override
    public void normalise(INDArray parameters) {
        normalisation.normalise(parameters);
    }

    @Override
    public void close() {
        if (program != null) {
            program.close();
        }
    }
}
