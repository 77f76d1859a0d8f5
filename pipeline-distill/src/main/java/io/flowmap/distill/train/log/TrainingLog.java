package io.flowmap.distill.train.log;

import io.flowmap.data.PendingParquet;
import io.flowmap.file.Store;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Writes the table of rounds as a directory of small Parquet files, {@code rounds-000000000120.parquet} by first round. A file is
 * written when enough rows have accumulated and before every checkpoint, so no file spans a checkpoint.
 */
public final class TrainingLog {
    private static final Pattern NAME = Pattern.compile("rounds-(\\d{12})\\.parquet");

    private final Configuration hadoop;
    private final FileSystem fileSystem;
    private final Path dir;
    private final int every;
    private final TrainingTable table;
    private final List<RoundMetrics> rows = new ArrayList<>();

    /**
     * @param measures names of the objective's own columns
     * @param buckets names of the splits that the samples come from
     */
    public TrainingLog(Configuration hadoop, Path dir, int every, List<String> measures, List<String> buckets) {
        this.hadoop = hadoop;
        this.dir = dir;
        this.every = every;
        this.table = new TrainingTable(measures, buckets);
        this.fileSystem = Store.of(hadoop, dir);
    }

    public void add(RoundMetrics row) {
        rows.add(row);
        if (rows.size() >= every) {
            flush();
        }
    }

    /** Writes the buffered rows. */
    public void flush() {
        if (rows.isEmpty()) {
            return;
        }
        var name =
                String.format(Locale.ROOT, "rounds-%012d.parquet", rows.get(0).round());
        try {
            PendingParquet.write(hadoop, new Path(dir, name), 0, table.schema(), writer -> {
                for (var row : rows) {
                    writer.write(table.group(row));
                }
            });
        } catch (IOException e) {
            throw Store.failure("cannot write rounds to " + dir, e);
        }
        rows.clear();
    }

    /** Drops the rows from round {@code first} on, because those rounds will be run again. */
    public void truncate(long first) {
        rows.clear();
        try {
            for (var file : fileSystem.listStatus(dir)) {
                var matcher = NAME.matcher(file.getPath().getName());
                if (matcher.matches() && Long.parseLong(matcher.group(1)) >= first) {
                    fileSystem.delete(file.getPath(), false);
                }
            }
        } catch (FileNotFoundException e) {
            return;
        } catch (IOException e) {
            throw Store.failure("cannot drop rounds from " + dir, e);
        }
    }
}
