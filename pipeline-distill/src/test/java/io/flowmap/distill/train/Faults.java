package io.flowmap.distill.train;

import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.ObjectiveFactory;
import io.flowmap.distill.train.step.StepReport;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.tensor.ParameterLayout;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The objective of a small network, with injected faults. */
public record Faults(long seed, Kind kind, long at) implements ObjectiveFactory {
    public enum Kind {
        NONE,
        /** The first attempt of every task throws in step {@code at}. */
        LOSE_TASK,
        /** The first attempt of a task halts its JVM in step {@code at}. */
        LOSE_EXECUTOR,
        /** Every attempt throws in step {@code at}. */
        BREAK,
        /** Sample {@code at} makes the gradient NaN. */
        NAN_SAMPLE,
        /** The gradient is NaN from step {@code at} on. */
        NAN_STEP,
        /** Sample {@code at} makes ||g|| a thousand times larger. */
        SPIKE_SAMPLE
    }

    @Override
    public LocalObjective create(Configuration hadoop, TrainingConfig config) {
        return new Faulty(new SmallMlp(seed), kind, at);
    }

    private record Faulty(SmallMlp sound, Kind kind, long at) implements LocalObjective {
        @Override
        public ParameterLayout layout() {
            return sound.layout();
        }

        @Override
        public StepReport gradient(INDArray parameters, INDArray gradient, Batch batch, long step) {
            before(step);
            var report = sound.gradient(parameters, gradient, batch, step);
            boolean drawn = batch.firstSample() <= at && at < batch.firstSample() + batch.size();
            if (kind == Kind.NAN_SAMPLE && drawn || kind == Kind.NAN_STEP && step >= at) {
                gradient.putScalar(3, Float.NaN);
            }
            if (kind == Kind.SPIKE_SAMPLE && drawn) {
                for (int i = 0; i < report.gNorm().length; i++) {
                    report.gNorm()[i] *= 1000;
                }
            }
            return report;
        }

        private void before(long step) {
            boolean first = TaskContext.get().attemptNumber() == 0;
            if (step == at && (kind == Kind.BREAK || kind == Kind.LOSE_TASK && first)) {
                throw new IllegalStateException("lost in step " + step);
            }
            if (step == at && kind == Kind.LOSE_EXECUTOR && first && TaskContext.getPartitionId() == 1) {
                Runtime.getRuntime().halt(137);
            }
        }

        @Override
        public void normalise(INDArray parameters) {
            sound.normalise(parameters);
        }
    }
}
