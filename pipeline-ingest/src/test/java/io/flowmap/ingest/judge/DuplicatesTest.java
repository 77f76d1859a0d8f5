package io.flowmap.ingest.judge;

import static io.flowmap.ingest.IngestRun.sources;
import static io.flowmap.ingest.source.Archives.png;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.ingest.IngestRun;
import io.flowmap.ingest.LocalSpark;
import io.flowmap.ingest.source.Archives;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class DuplicatesTest {
    @TempDir
    Path dir;

    /** Of equal bytes the first record is kept, also across shards and splits. Images that only look alike are not exact duplicates. */
    @Test
    void exactDuplicatesAreFoundAcrossShardsAndSplits(SparkSession spark) {
        var first = Archives.tar(dir.resolve("a.tar"), "one.png", png(1, 8, 8), "two.png", png(2, 8, 8));
        var second = Archives.tar(
                dir.resolve("b.tar"),
                "again.png",
                png(1, 8, 8),
                "larger.png",
                png(2, 16, 16),
                "three.png",
                png(3, 8, 8));
        var test = Archives.tar(dir.resolve("c.tar"), "leaked.png", png(3, 8, 8), "four.png", png(4, 8, 8));
        var run = new IngestRun(spark, dir)
                .run(
                        sources("train", first, second),
                        sources("test", test),
                        "ingest.resolution=8",
                        "ingest.color=gray",
                        "ingest.labels=optional",
                        "ingest.filter.duplicates=exact");
        assertThat(run.ledger("status = 'filtered'"))
                .extracting(row -> row.getAs("key") + ": " + name(row.getAs("reason")))
                .containsExactly("again: duplicate of a.tar one", "leaked: duplicate of b.tar three");
        assertThat(run.ledger("status = 'kept'"))
                .extracting(row -> row.<String>getAs("key"))
                .containsExactly("one", "two", "larger", "three", "four");
    }

    private static String name(String reason) {
        return reason.replaceAll("of .*/", "of ");
    }
}
