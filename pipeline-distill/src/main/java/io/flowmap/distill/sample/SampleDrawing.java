package io.flowmap.distill.sample;

import io.flowmap.codec.PixelDecoder;
import io.flowmap.data.ConditionSource;
import io.flowmap.data.Conditions;
import io.flowmap.data.LatentShape;
import io.flowmap.data.SampleRecord;
import io.flowmap.distill.teacher.StoredTeacher;
import io.flowmap.flow.Sampling;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.model.TeacherGraph;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Draws batches of samples of one model. Sample i has the condition with that number and noise keyed by (seed, i). It is therefore the
 * same on any executor, and all models, guidance weights and step counts start from the same noise. Not thread-safe.
 */
public final class SampleDrawing implements AutoCloseable {
    private static final long START = 16;
    private static final long FRESH = 17;

    private final SampleSource source;
    private final int batch;
    private final boolean flowMap;
    private final TeacherGraph field;
    private final FieldProgram program;
    private final PixelDecoder decoder;
    private final ConditionSource.Reader conditions;
    private long heldFirst = -1;
    private Conditions held;

    private SampleDrawing(
            SampleSource source, NetworkSpec spec, boolean flowMap, TeacherGraph field, Configuration hadoop) {
        this.source = source;
        this.batch = source.batch();
        this.flowMap = flowMap;
        this.field = field;
        this.program = new FieldProgram(
                field, spec.condition(), source.batch(), source.shape().dimensions());
        this.decoder = PixelDecoder.open(hadoop, source.encoder(), source.shape());
        this.conditions = source.conditions().open(hadoop, spec.condition());
    }

    /** Draws from a flow map. */
    public static SampleDrawing ofFlowMap(StoredModel student, SampleSource source, Configuration hadoop) {
        return new SampleDrawing(source, student.spec(), true, student.frozen("student", hadoop), hadoop);
    }

    /** Draws from a guided teacher, with Euler steps. */
    static SampleDrawing ofTeacher(StoredTeacher teacher, SampleSource source, Configuration hadoop) {
        return new SampleDrawing(source, teacher.main().spec(), false, teacher.open(hadoop), hadoop);
    }

    /**
     * A batch of samples from number {@code first} on.
     *
     * @param gamma noise of the flow map's sampler between steps, [0, 1]
     */
    public List<SampleRecord> draw(long first, double guidance, double gamma, int steps) {
        Conditions conditions = conditions(first);
        program.condition(conditions, guidance);
        INDArray noise = noise(first, START);
        var grid = source.shift().grid(steps, source.shape().dimensions());
        long start = System.nanoTime();
        INDArray x = flowMap
                ? Sampling.flowMap(program, noise, grid, gamma, step -> noise(first, FRESH + step))
                : Sampling.euler(program, noise, grid);
        long nanos = (System.nanoTime() - start) / batch;
        return decode(x.data().asFloat(), conditions.labels(), first, nanos, steps * program.multiplyAdds() / batch);
    }

    /** Conditions of a batch, kept for the next call, which draws the same batch with another guidance weight or number of steps. */
    private Conditions conditions(long first) {
        if (heldFirst != first) {
            held = conditions.of(first, batch);
            heldFirst = first;
        }
        return held;
    }

    private INDArray noise(long first, long stream) {
        LatentShape shape = source.shape();
        float[] values = new float[batch * shape.size()];
        var random = new CounterRandom(source.seed());
        for (int i = 0; i < batch; i++) {
            random.gaussians(values, i * shape.size(), shape.size(), stream, first + i);
        }
        long[] dimensions = {batch, shape.channels(), shape.height(), shape.width()};
        return Nd4j.create(values, dimensions, 'c').castTo(DataType.FLOAT);
    }

    private List<SampleRecord> decode(float[] latents, int[] labels, long first, long nanos, long multiplyAdds) {
        byte[] images = decoder.decode(latents, batch);
        LatentShape image = decoder.image();
        int size = image.size();
        List<SampleRecord> samples = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            byte[] pixels = Arrays.copyOfRange(images, i * size, (i + 1) * size);
            samples.add(new SampleRecord(first + i, labels[i], null, pixels, image, nanos, multiplyAdds));
        }
        return samples;
    }

    @Override
    public void close() {
        conditions.close();
        decoder.close();
        program.close();
        field.close();
    }
}
