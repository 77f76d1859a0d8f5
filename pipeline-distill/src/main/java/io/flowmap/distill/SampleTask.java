package io.flowmap.distill;

import io.flowmap.codec.PixelDecoder;
import io.flowmap.data.Encoder;
import io.flowmap.data.LatentShape;
import io.flowmap.data.SampleRecord;
import io.flowmap.data.SampleSchema;
import io.flowmap.distill.teacher.NetworkSpec;
import io.flowmap.distill.teacher.StoredModel;
import io.flowmap.distill.teacher.StoredTeacher;
import io.flowmap.distill.teacher.TeacherGraph;
import io.flowmap.flow.Sampling;
import io.flowmap.tensor.CounterRandom;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Generates fixed batches of samples: sample i has class i mod classes and noise keyed by (seed, i), so that it is the
 * same whoever generates it, and all models and step counts start from the same noise.
 *
 * @param teacher null if only the student is sampled
 * @param student null if only the teacher is sampled
 */
record SampleTask(GenerateConfig config, StoredTeacher teacher, StoredModel student, Encoder encoder, long seed)
        implements Serializable {
    private static final long START = 16;
    private static final long FRESH = 17;

    /** Rows of {@link SampleSchema} with guidance and steps appended, for all step counts of some batches; a batch is held at a time. */
    Iterator<Row> rows(String model, Iterator<Integer> batches, Configuration hadoop) {
        FieldProgram program = program(model, hadoop);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> program.close());
        PixelDecoder decoder = PixelDecoder.open(hadoop, encoder, shape());
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> decoder.close());
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(batches, Spliterator.ORDERED), false)
                .flatMap(batch -> rows(program, decoder, model.equals("student"), batch))
                .iterator();
    }

    private Stream<Row> rows(FieldProgram program, PixelDecoder decoder, boolean flowMap, int batch) {
        return config.guidance().stream().flatMap(guidance -> config.steps().stream()
                .flatMap(steps -> sample(program, decoder, flowMap, guidance, steps, batch).stream()));
    }

    private NetworkSpec spec() {
        return teacher != null ? teacher.main().spec() : student.spec();
    }

    private LatentShape shape() {
        return spec().shape();
    }

    private int classes() {
        return spec().unet().labelDim();
    }

    private FieldProgram program(String model, Configuration hadoop) {
        TeacherGraph field = model.equals("student") ? student.frozen("student", hadoop) : teacher.open(hadoop);
        return new FieldProgram(field, config.batch(), classes(), shape().dimensions());
    }

    private List<Row> sample(
            FieldProgram program, PixelDecoder decoder, boolean flowMap, double guidance, int steps, int batch) {
        long first = (long) batch * config.batch();
        int[] labels = new int[config.batch()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = classes() == 0 ? -1 : (int) ((first + i) % classes());
        }
        program.condition(labels, guidance);
        INDArray noise = noise(first, START);
        long start = System.nanoTime();
        INDArray x = flowMap
                ? Sampling.flowMap(program, noise, steps, config.gamma(), step -> noise(first, FRESH + step))
                : Sampling.euler(program, noise, steps);
        long nanos = (System.nanoTime() - start) / config.batch();
        return decode(decoder, x.data().asFloat(), labels, first, nanos, guidance, steps);
    }

    private INDArray noise(long first, long stream) {
        int size = shape().size();
        float[] values = new float[config.batch() * size];
        var random = new CounterRandom(seed);
        for (int i = 0; i < config.batch(); i++) {
            random.gaussians(values, i * size, size, stream, first + i);
        }
        long[] dimensions = {config.batch(), shape().channels(), shape().height(), shape().width()};
        return Nd4j.create(values, dimensions, 'c').castTo(DataType.FLOAT);
    }

    private List<Row> decode(
            PixelDecoder decoder, float[] latents, int[] labels, long first, long nanos, double guidance, int steps) {
        byte[] images = decoder.decode(latents, labels.length);
        int size = decoder.image().size();
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < labels.length && first + i < config.samples(); i++) {
            byte[] pixels = Arrays.copyOfRange(images, i * size, (i + 1) * size);
            Row row = SampleSchema.row(new SampleRecord(first + i, labels[i], pixels, decoder.image(), nanos));
            Object[] cells = new Object[row.length() + 2];
            for (int c = 0; c < row.length(); c++) {
                cells[c] = row.get(c);
            }
            cells[row.length()] = guidance;
            cells[row.length() + 1] = steps;
            rows.add(RowFactory.create(cells));
        }
        return rows;
    }
}
