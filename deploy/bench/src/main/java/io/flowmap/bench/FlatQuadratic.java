package io.flowmap.bench;

import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.Normalisation;
import io.flowmap.distill.train.step.ObjectiveFactory;
import io.flowmap.distill.train.step.StepReport;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.tensor.ParameterLayout;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The objective ||p||^2 / 2 over one flat parameter. It costs almost nothing, so a round consists of averaging. */
record FlatQuadratic(int length) implements ObjectiveFactory {
    ParameterLayout layout() {
        return ParameterLayout.of(Map.of("flat", new long[] {length}));
    }

    @Override
    public LocalObjective create(Configuration hadoop, TrainingConfig config) {
        return new Objective(layout());
    }

    @Override
    public long seed() {
        return 0;
    }

    @Override
    public Normalisation normalisation(Configuration hadoop, TrainingConfig config) {
        return parameters -> {};
    }

    private record Objective(ParameterLayout layout) implements LocalObjective {
        @Override
        public StepReport gradient(INDArray parameters, INDArray gradient, Batch batch, long step) {
            gradient.assign(parameters);
            return new StepReport(1, new float[batch.size()], new float[batch.size()], 1);
        }

        @Override
        public void normalise(INDArray parameters) {}

        @Override
        public void close() {}
    }
}
