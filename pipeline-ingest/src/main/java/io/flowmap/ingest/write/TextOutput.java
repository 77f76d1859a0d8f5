package io.flowmap.ingest.write;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.flowmap.config.UserError;
import io.flowmap.data.text.TextFacts;
import io.flowmap.data.text.TextFile;
import io.flowmap.ingest.judge.StagedRecord;
import io.flowmap.stage.JobContext;
import io.flowmap.text.CaptionEncoder;
import io.flowmap.text.TextSource;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.Partitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Encodes each text of the records once, the empty one too, and writes them as files of {@link TextFile}, one in each task. Number and
 * content of the files follow from the texts and encoders alone.
 *
 * @param directory of the data
 * @param source encoders of the conditions
 * @param facts how a text is stored
 * @param hashes of the tokenizers and encoders that the job began with, by setting
 */
public record TextOutput(String directory, TextSource source, TextFacts facts, SortedMap<String, String> hashes)
        implements Serializable {
    /** Writes the texts of the kept records of all splits, and returns what was written. */
    public TextFacts write(JobContext context, Dataset<Row> kept) {
        var captions = kept.select(coalesce(col(StagedRecord.CAPTION), lit(""))).as(Encoders.STRING());
        var empty = context.spark().createDataset(List.of(""), Encoders.STRING());
        var texts = captions.union(empty).distinct().persist(StorageLevel.MEMORY_AND_DISK());
        try {
            long count = texts.count();
            tell(context, captions.count(), count);
            return facts.with(write(context, texts, facts.filesFor(count)));
        } finally {
            texts.unpersist();
        }
    }

    private void tell(JobContext context, long captions, long texts) {
        var sum = String.format(
                Locale.ROOT,
                "%,d captions, %,d texts of %s: %s",
                captions,
                texts,
                size(facts.rowBytes()),
                size((double) texts * facts.rowBytes()));
        var less = "a smaller captions.encoder.t5.max-tokens, or captions.store=none";
        context.progress().phase("ingest", Map.of("texts", sum, "for-less", less));
    }

    /** Bytes in decimal units: "4.2 MB". */
    static String size(double bytes) {
        var units = List.of("B", "kB", "MB", "GB", "TB", "PB");
        int unit = 0;
        for (; bytes >= 1000 && unit < units.size() - 1; unit++) {
            bytes /= 1000;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units.get(unit));
    }

    private List<Integer> write(JobContext context, Dataset<String> texts, int files) {
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        var hadoop = spark.broadcast(new SerializableConfiguration(context.hadoop()));
        var rows = texts.javaRDD().mapToPair(text -> new Tuple2<>(facts.key(text), text));
        try (var bar = new TaskBar(context, "encode texts", files, "files")) {
            return rows.repartitionAndSortWithinPartitions(new Files(files))
                    .mapPartitionsWithIndex(
                            (number, sorted) -> List.of(write(hadoop.value().value(), number, sorted))
                                    .iterator(),
                            true)
                    .collect();
        } finally {
            hadoop.destroy();
        }
    }

    /** Writes a file and returns its number of rows. */
    private int write(Configuration hadoop, int number, Iterator<Tuple2<String, String>> sorted) throws IOException {
        var keys = new ArrayList<String>();
        var texts = new ArrayList<String>();
        sorted.forEachRemaining(pair -> {
            keys.add(pair._1());
            texts.add(pair._2());
        });
        long attempt = TaskContext.get().taskAttemptId();
        var target = TextFile.path(new Path(directory), number);
        if (keys.isEmpty()) {
            TextFile.write(hadoop, target, attempt, facts, keys, null);
            return 0;
        }
        try (var encoder = CaptionEncoder.open(hadoop, source)) {
            requireSame(encoder.hashes());
            TextFile.write(hadoop, target, attempt, facts, keys, i -> encoder.row(texts.get(i)));
        }
        return keys.size();
    }

    private void requireSame(SortedMap<String, String> now) {
        hashes.forEach((setting, hash) -> {
            if (!hash.equals(now.get(setting))) {
                throw new UserError("cannot encode captions with " + setting
                        + ": expected the file that the job began with, with SHA-256 " + hash + ", got "
                        + now.get(setting));
            }
        });
    }

    /** The file of each key. */
    private static final class Files extends Partitioner {
        private static final long serialVersionUID = 1;

        private final int files;

        Files(int files) {
            this.files = files;
        }

        @Override
        public int numPartitions() {
            return files;
        }

        @Override
        public int getPartition(Object key) {
            return TextFacts.file((String) key, files);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Files others && others.files == files;
        }

        @Override
        public int hashCode() {
            return files;
        }
    }
}
