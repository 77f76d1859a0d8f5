package io.flowmap.distill.sample;

import io.flowmap.data.SampleRecord;
import io.flowmap.data.SampleSchema;
import io.flowmap.distill.teacher.StoredTeacher;
import io.flowmap.model.StoredModel;
import io.flowmap.stage.TaskDevice;
import java.io.Serializable;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Generates batches of samples with a {@link SampleDrawing}.
 *
 * @param first index of the first sample to draw
 * @param teacher null if only the student is sampled
 * @param student null if only the teacher is sampled
 * @param prompts texts of the samples, null for none
 */
record SampleTask(
        GenerateConfig config,
        int first,
        StoredTeacher teacher,
        StoredModel student,
        SampleSource source,
        Prompts prompts)
        implements Serializable {
    /**
     * Rows of {@link SampleSchema} with guidance and steps appended, for all step counts of some batches. One batch is in memory at a
     * time.
     *
     * @param counter counts finished steps
     */
    Iterator<Row> rows(String model, Iterator<Integer> batches, Configuration hadoop, LongAccumulator counter) {
        TaskDevice.use();
        SampleDrawing drawing = model.equals("student")
                ? SampleDrawing.ofFlowMap(student, source, hadoop)
                : SampleDrawing.ofTeacher(teacher, source, hadoop);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> drawing.close());
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(batches, Spliterator.ORDERED), false)
                .flatMap(batch -> rows(drawing, (long) batch * config.batch(), counter))
                .iterator();
    }

    /** Number of the batch with the first sample. */
    int firstBatch() {
        return first / config.batch();
    }

    /** Steps for all samples drawn from a model. */
    long work() {
        long steps = config.steps().stream().mapToLong(Integer::longValue).sum();
        return (config.samples() - first) * config.guidance().size() * steps;
    }

    private Stream<Row> rows(SampleDrawing drawing, long start, LongAccumulator counter) {
        return config.guidance().stream().flatMap(guidance -> config.steps().stream()
                .flatMap(steps -> drawing.draw(start, guidance, config.gammaAt(steps), steps).stream()
                        .filter(sample -> first <= sample.index() && sample.index() < config.samples())
                        .peek(sample -> counter.add(steps))
                        .map(sample -> row(prompted(sample), guidance, steps))));
    }

    private SampleRecord prompted(SampleRecord sample) {
        return prompts == null ? sample : sample.with(prompts.text(sample.index()));
    }

    private static Row row(SampleRecord sample, double guidance, int steps) {
        Row row = SampleSchema.row(sample);
        Object[] cells = new Object[row.length() + 2];
        for (int c = 0; c < row.length(); c++) {
            cells[c] = row.get(c);
        }
        cells[row.length()] = guidance;
        cells[row.length() + 1] = steps;
        return RowFactory.create(cells);
    }
}
