package io.flowmap.distill;

import io.flowmap.distill.objective.StudentProgram;
import io.flowmap.distill.train.Batch;
import io.flowmap.tensor.CounterRandom;
import java.util.function.IntToDoubleFunction;

/** Random inputs of a step, each a function of (seed, stream, global number of the sample). */
record RandomInputs(CounterRandom random) {
    static final long NOISE = 1;
    static final long TIME = 2;
    static final long GUIDANCE = 3;
    static final long DROPOUT = 4;

    /** z ~ N(0, I) for each sample. */
    void noise(StudentProgram program, Batch batch) {
        int size = batch.x0().length / batch.size();
        float[] z = new float[batch.x0().length];
        for (int i = 0; i < batch.size(); i++) {
            random.gaussians(z, i * size, size, NOISE, batch.firstSample() + i);
        }
        program.input("z").data().setData(z);
    }

    /** One number for each sample. */
    static void vector(StudentProgram program, String name, int n, IntToDoubleFunction value) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) value.applyAsDouble(i);
        }
        program.input(name).data().setData(values);
    }

    /** One-hot rows; zeros for no class (-1) and with probability {@code dropout}. */
    void classes(StudentProgram program, Batch batch, double dropout) {
        if (program.input("classes") == null) {
            return;
        }
        int classes = (int) program.input("classes").size(1);
        float[] rows = new float[batch.size() * classes];
        for (int i = 0; i < batch.size(); i++) {
            boolean kept = dropout == 0 || random.uniform(DROPOUT, batch.firstSample() + i) >= dropout;
            if (kept && batch.labels()[i] >= 0) {
                rows[i * classes + batch.labels()[i]] = 1;
            }
        }
        program.input("classes").data().setData(rows);
    }
}
