package io.flowmap.ingest.write;

import io.flowmap.data.BlockFile;
import io.flowmap.data.ChannelMoments;
import io.flowmap.data.LatentShape;
import io.flowmap.ingest.judge.StagedRecord;
import io.flowmap.stage.JobContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Processes the kept records of a split: measures moments for the encoder, or shuffles the records and writes them, one block in each task.
 */
public final class LatentOutput {
    private final JobContext context;

    public LatentOutput(JobContext context) {
        this.context = context;
    }

    public Moments moments(Dataset<Row> kept, LatentShape shape) {
        return kept.select(StagedRecord.IMAGE)
                .javaRDD()
                .map(row -> row.<byte[]>getAs(0))
                .aggregate(Moments.none(shape.channels()), Moments::add, Moments::merge);
    }

    /** Moments of the first records of a split in its random order, encoded batch by batch. */
    public ChannelMoments moments(
            Dataset<Row> kept, int records, Encoding encoding, LatentShape staged, LatentShape latent) {
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        var hadoop = spark.broadcast(new SerializableConfiguration(context.hadoop()));
        return kept.sort(StagedRecord.ORDER, StagedRecord.POSITION)
                .limit(records)
                .select(StagedRecord.IMAGE)
                .coalesce(1)
                .javaRDD()
                .map(row -> row.<byte[]>getAs(0))
                .mapPartitions(contents -> List.of(
                                moments(contents, encoding, hadoop.value().value(), staged, latent))
                        .iterator())
                .reduce((none, all) -> all);
    }

    private static ChannelMoments moments(
            Iterator<byte[]> contents,
            Encoding encoding,
            Configuration hadoop,
            LatentShape staged,
            LatentShape latent) {
        var moments = ChannelMoments.none(latent.channels());
        try (var open = encoding.open(hadoop, staged, latent, 0)) {
            while (contents.hasNext()) {
                var batch = new ArrayList<byte[]>();
                while (batch.size() < encoding.batch() && contents.hasNext()) {
                    batch.add(contents.next());
                }
                for (var raw : open.raw(batch)) {
                    moments = moments.add(raw);
                }
            }
        }
        return moments;
    }

    /** Writes the block files and returns them in the order of their indices. */
    public List<BlockFile> write(String split, Dataset<Row> kept, BlockPartitioner blocks, BlockWriter writer) {
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        var hadoop = spark.broadcast(new SerializableConfiguration(context.hadoop()));
        var pixels = kept.select(
                        StagedRecord.ORDER,
                        StagedRecord.POSITION,
                        StagedRecord.LABEL,
                        StagedRecord.CAPTION,
                        StagedRecord.IMAGE)
                .javaRDD()
                .mapToPair(row -> new Tuple2<>(
                        new ShuffleKey(row.getLong(0), row.getLong(1)),
                        new KeptRecord(row.getInt(2), row.getString(3), row.getAs(4))));
        try (var bar = new TaskBar(context, "write " + split, blocks.numPartitions(), "blocks")) {
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
