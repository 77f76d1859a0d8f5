package io.flowmap.ingest;

import io.flowmap.data.BlockFile;
import io.flowmap.data.LatentShape;
import io.flowmap.ingest.BlockWriter.LabelledPixels;
import io.flowmap.job.JobContext;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Moves the kept pixels of a split: sums them for the encoder, or brings them into random order and writes them, one
 * task a block.
 */
final class LatentOutput {
    private final JobContext context;

    LatentOutput(JobContext context) {
        this.context = context;
    }

    Moments moments(Dataset<Row> kept, LatentShape shape) {
        return kept.select(StagedRecord.IMAGE)
                .javaRDD()
                .map(row -> row.<byte[]>getAs(0))
                .aggregate(Moments.none(shape.channels()), (sum, pixels) -> sum.add(pixels, shape), Moments::merge);
    }

    /** The block files in the order of their indices. */
    List<BlockFile> write(String split, Dataset<Row> kept, BlockPartitioner blocks, BlockWriter writer) {
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        var hadoop = spark.broadcast(new SerializableConfiguration(context.hadoop()));
        var pixels = kept.select(StagedRecord.ORDER, StagedRecord.POSITION, StagedRecord.LABEL, StagedRecord.IMAGE)
                .javaRDD()
                .mapToPair(row -> new Tuple2<>(
                        new ShuffleKey(row.getLong(0), row.getLong(1)),
                        new LabelledPixels(row.getInt(2), row.getAs(3))));
        try (var bar = new TaskBar(context, "write " + split, blocks.numPartitions())) {
            var written = pixels.repartitionAndSortWithinPartitions(blocks)
                    .mapPartitionsWithIndex(
                            (block, records) -> List.of(writer.write(
                                            hadoop.value().value(),
                                            block,
                                            TaskContext.get().taskAttemptId(),
                                            records))
                                    .iterator(),
                            true)
                    .collect();
            return written.stream()
                    .sorted(Comparator.comparingLong(BlockFile::firstIndex))
                    .toList();
        } finally {
            hadoop.destroy();
        }
    }
}
