package io.flowmap.ingest;

import static io.flowmap.ingest.IngestRun.sources;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class RealDataTest {
    @TempDir
    Path dir;

    @Test
    void mnistZipLosesNoRecord(SparkSession spark) {
        var zip = TestData.require("mnist", "mnist-test.zip");
        var run = new IngestRun(spark, dir).run(sources("train", zip), "ingest.encoder=standardised");
        assertThat(run.data("train").count()).isEqualTo(10_000);
        assertThat(run.data("train").shape()).hasToString("LatentShape[channels=1, height=28, width=28]");
        assertThat(run.manifest()
                        .facts()
                        .path("records")
                        .path("train")
                        .path("classes")
                        .toString())
                .isEqualTo("[980,1135,1032,1010,982,892,958,1028,974,1009]");
    }

    @Test
    void cifarShardAndClassFolderZipAgreeOnTheClasses(SparkSession spark) {
        var shard = TestData.require("cifar10", "cifar10-train-000000.tar");
        var zip = TestData.require("cifar10", "cifar10-test-folders.zip");
        var run = new IngestRun(spark, dir).run(sources("train", shard), sources("test", zip));
        assertThat(run.data("train").count()).isEqualTo(2_500);
        assertThat(run.data("test").count()).isEqualTo(10_000);
        assertThat(run.data("test").classNames())
                .startsWith("airplane", "automobile", "bird")
                .hasSize(10);
        assertThat(run.data("train").shape()).hasToString("LatentShape[channels=3, height=32, width=32]");
        assertThat(run.manifest()
                        .facts()
                        .path("records")
                        .path("test")
                        .path("classes")
                        .toString())
                .isEqualTo("[1000,1000,1000,1000,1000,1000,1000,1000,1000,1000]");
        assertThat(run.ledger("status <> 'kept'")).isEmpty();
        assertThat(run.ledger("key rlike '/truck/' and label <> 9")).isEmpty();
    }

    @Test
    void everySampleOfAShardIsInTheLedgerOnce(SparkSession spark) throws IOException {
        var photos = TestData.require("imagenet-sample", "imagenet-sample-000000.tar");
        var keys = new TreeSet<String>();
        try (var tar = new TarArchiveInputStream(Files.newInputStream(photos))) {
            for (var entry = tar.getNextTarEntry(); entry != null; entry = tar.getNextTarEntry()) {
                if (entry.isFile()) {
                    keys.add(entry.getName().replaceAll("\\.[^/]*$", ""));
                }
            }
        }
        var run = new IngestRun(spark, dir)
                .run(
                        sources("train", photos),
                        "ingest.labels=optional",
                        "ingest.resolution=32",
                        "ingest.color=rgb",
                        "ingest.filter.max-aspect=1.4");
        assertThat(run.ledger("true"))
                .extracting(row -> row.<String>getAs("key"))
                .containsExactlyInAnyOrderElementsOf(keys);
        int kept = run.ledger("status = 'kept'").size();
        int filtered = run.ledger("status = 'filtered'").size();
        assertThat(kept)
                .isPositive()
                .isEqualTo(Math.toIntExact(run.data("train").count()));
        assertThat(filtered).isPositive();
        assertThat(kept + filtered + run.ledger("status = 'quarantined'").size())
                .isEqualTo(keys.size());
    }

    @Test
    void unusualAndDamagedShardsGiveLedgerRows(SparkSession spark) throws IOException {
        var odd = TestData.require("webdataset-odd");
        var photos = TestData.require("imagenet-sample", "imagenet-sample-000000.tar");
        var cut = Files.write(dir.resolve("cut.tar"), Arrays.copyOf(Files.readAllBytes(photos), 5_000_000));
        var run = new IngestRun(spark, dir)
                .run(
                        sources("train", odd, cut),
                        "ingest.labels=optional",
                        "ingest.resolution=64",
                        "ingest.color=rgb",
                        "ingest.max-failure-share=0.2");
        var rows = run.ledger("status = 'quarantined'");
        assertThat(rows).singleElement().satisfies(row -> {
            assertThat(row.<String>getAs("source")).endsWith("cut.tar");
            assertThat(row.<String>getAs("reason")).startsWith("Truncated TAR archive; the sample ");
            assertThat(row.<Long>getAs("offset")).isBetween(4_500_000L, 5_000_000L);
        });
        assertThat(run.ledger("source like '%compressed.tar' and reason = 'directory'"))
                .hasSize(1);
        assertThat(run.ledger("source like '%compressed.tar' and reason = 'no image: .txt.gz'"))
                .hasSize(3);
        assertThat(run.ledger("source like '%mpdata.tar' and reason = 'no image: .mp'"))
                .isNotEmpty();
        assertThat(run.ledger("source like '%tendata.tar' and reason = 'no image: .ten'"))
                .isNotEmpty();
        assertThat(run.ledger("source like '%image_.tar' and status = 'kept'")).hasSize(11);
        assertThat(run.ledger("source like '%cut.tar' and status = 'kept'").size())
                .isBetween(20, 99);
        assertThat(run.ledger("true")).hasSizeGreaterThan(100);
    }
}
