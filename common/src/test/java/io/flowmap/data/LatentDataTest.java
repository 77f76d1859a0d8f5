package io.flowmap.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.config.Json;
import io.flowmap.config.Settings;
import io.flowmap.config.UserError;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Progress;
import io.flowmap.stage.StageOutput;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.DType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatentDataTest {
    private static final LatentShape SHAPE = new LatentShape(2, 3, 4);
    private static final List<Integer> BLOCKS = List.of(5, 5, 3);
    private static SparkSession spark;

    @TempDir
    static Path temporary;

    /** A directory whose name contains glob characters. */
    private static Path runs;

    private static org.apache.hadoop.fs.Path dir;

    @BeforeAll
    static void writeData() {
        spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", false)
                .getOrCreate();
        runs = temporary.resolve("run[1]{a}*?");
        var clock = Clock.systemUTC();
        var settings = Settings.load(Optional.empty(), List.of("run.dir=" + runs));
        var output = StageOutput.open(
                new JobContext(spark, settings, Progress.log(clock), clock), "data", List.of(), List.of());
        dir = output.dir();
        var files = new ArrayList<BlockFile>();
        long first = 0;
        for (int count : BLOCKS) {
            files.add(writeBlock(first, count));
            first += count;
        }
        output.finish(
                new DataFacts(SHAPE, DType.FLOAT16, new Edm2().toJson(), 2, List.of("a", "b"), Map.of("train", files)));
    }

    @AfterAll
    static void stopSpark() {
        spark.stop();
    }

    /** Products that overflow a long to zero or to a small number are still recognised as too large. */
    @Test
    void shapesBeyondMemoryAreRefusedEvenIfTheirProductOverflows() {
        for (int[] sides :
                new int[][] {{1 << 22, 1 << 21, 1 << 21}, {1 << 30, 1 << 30, 1 << 4}, {1, 1 << 14, 1 << 14}}) {
            assertThatThrownBy(() -> new LatentShape(sides[0], sides[1], sides[2]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at most 268435455 elements, got " + sides[0] + "x");
        }
    }

    @Test
    void factsMatchTheManifest() {
        var data = open();
        assertThat(data.shape()).isEqualTo(SHAPE);
        assertThat(data.encoder()).isEqualTo(new Edm2());
        assertThat(data.classNames()).containsExactly("a", "b");
        assertThat(data.classes()).isEqualTo(2);
        assertThat(data.count()).isEqualTo(13);
        assertThat(data.blocks()).extracting(BlockFile::count).containsExactlyElementsOf(BLOCKS);
    }

    @Test
    void blocksHoldTheRecordsInOrder() {
        var data = open();
        long next = 0;
        for (int b = 0; b < BLOCKS.size(); b++) {
            var block = data.read(b);
            assertThat(block.count()).isEqualTo(BLOCKS.get(b));
            for (int row = 0; row < block.count(); row++) {
                assertThat(block.index()[row]).isEqualTo(next);
                assertThat(block.label()[row]).isEqualTo(label(next));
                assertThat(block.latent(row)).containsExactly(DType.FLOAT16.decode(DType.FLOAT16.encode(values(next))));
                next++;
            }
        }
    }

    @Test
    void rowsAreTheSameRecords() {
        var records = open().rows(spark).orderBy(LatentSchema.INDEX).collectAsList();
        assertThat(records).hasSize(13);
        for (int i = 0; i < records.size(); i++) {
            var record = LatentSchema.record(records.get(i));
            assertThat(record.index()).isEqualTo(i);
            assertThat(record.label()).isEqualTo(label(i));
            assertThat(record.values()).containsExactly(DType.FLOAT16.decode(DType.FLOAT16.encode(values(i))));
        }
    }

    @Test
    void sampleRowsComeBack() {
        var sample = new SampleRecord(4, -1, "größer, \"zwei\"", new byte[SHAPE.size()], SHAPE, 12, 345);
        Row row = spark.createDataFrame(List.of(SampleSchema.row(sample)), SampleSchema.type())
                .first();
        assertThat(SampleSchema.record(row)).usingRecursiveComparison().isEqualTo(sample);
    }

    @Test
    void samplesOfEarlierVersionsHaveNoPrompt() {
        var sample = new SampleRecord(4, -1, "a cube", new byte[SHAPE.size()], SHAPE, 12, 345);
        var earlier = new org.apache.hadoop.fs.Path(dir, "without-prompt");
        spark.createDataFrame(List.of(SampleSchema.row(sample)), SampleSchema.type())
                .drop(SampleSchema.PROMPT)
                .write()
                .parquet(earlier.toString());
        var bySchema = spark.read().schema(SampleSchema.type()).parquet(LiteralPath.of(earlier));
        var asWritten = spark.read().parquet(LiteralPath.of(earlier));
        for (var rows : List.of(bySchema, asWritten)) {
            assertThat(SampleSchema.record(rows.first()).prompt()).isNull();
        }
    }

    @Test
    void wrongMultiplyAddsOfEarlierVersionsAreIgnored() {
        var sample = new SampleRecord(4, -1, "größer, \"zwei\"", new byte[SHAPE.size()], SHAPE, 12, 345);
        var earlier = new org.apache.hadoop.fs.Path(dir, "earlier");
        spark.createDataFrame(List.of(SampleSchema.row(sample)), SampleSchema.type())
                .withColumnRenamed(SampleSchema.MULTIPLY_ADDS, "multiply_adds")
                .write()
                .parquet(earlier.toString());
        var row = spark.read()
                .schema(SampleSchema.type())
                .parquet(LiteralPath.of(earlier))
                .first();
        assertThat(SampleSchema.record(row).multiplyAdds()).isZero();
    }

    @Test
    void missingSplitDataAndBlockAreNamed() throws Exception {
        var hadoop = spark.sparkContext().hadoopConfiguration();
        assertThatThrownBy(() -> LatentData.open(hadoop, dir, "valid"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("[train]")
                .hasMessageContaining("valid");
        assertThatThrownBy(() -> LatentData.open(hadoop, dir.suffix("-none"), "train"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no such directory");
        assertThatThrownBy(() -> new BlockReader(hadoop, new org.apache.hadoop.fs.Path(dir, "manifest.json"))
                        .read(new BlockFile("manifest.json", 0, 3), SHAPE, facts(2), null))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("manifest.json");
        var second = open().blocks().get(1);
        assertThatThrownBy(() -> new BlockReader(hadoop, new org.apache.hadoop.fs.Path(dir, "train/" + second.path()))
                        .read(new BlockFile(second.path(), 0, second.count()), SHAPE, facts(2), null))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected index 0 in row 0, got 5");
    }

    @Test
    void recordsThatContradictTheManifestAreRefused() {
        var first = open().blocks().get(0);
        assertThatThrownBy(() -> reader(first).read(first, new LatentShape(2, 4, 3), facts(2), null))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("in row 0");
        assertThatThrownBy(() -> reader(first).read(first, SHAPE, facts(1), null))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected a label from -1 to 0 in row 2, got 1");
        assertThatThrownBy(() -> reader(first).read(new BlockFile(first.path(), 0, 80_000_000), SHAPE, facts(2), null))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected 80000000 records, got 5");
        assertThatThrownBy(() ->
                        reader(first).read(new BlockFile(first.path(), 0, Integer.MAX_VALUE), SHAPE, facts(2), null))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("values, got 2147483647 records");
    }

    @Test
    void factsNeedContiguousBlocks() {
        for (var blocks : List.of(
                List.of(new BlockFile("a", 1, 2)),
                List.of(new BlockFile("a", 0, 2), new BlockFile("b", 3, 1)),
                List.of(new BlockFile("a", 0, 2), new BlockFile("b", 1, 1)))) {
            assertThatThrownBy(() -> new DataFacts(
                            SHAPE, DType.FLOAT16, new Edm2().toJson(), 0, List.of(), Map.of("train", blocks)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected a block of split train from index");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "facts | null",
                "facts | []",
                "encoder | {\"kind\": \"wavelet\"}",
                "encoder | null",
                "encoder | {\"kind\": \"standardised\", \"mean\": null, \"deviation\": [1], \"sigma-data\": 0.5}",
                "shape | null",
                "dtype | \"int3\"",
                "class-names | [null, null]",
                "splits | {\"train\": [null]}",
                "splits | {\"train\": null}",
                "splits | {\"train\": [{\"path\": null, \"first-index\": 0, \"count\": 1}]}"
            })
    void damagedFactsAreUserErrors(String key, String value, @TempDir Path other) throws Exception {
        var manifest = (ObjectNode)
                Json.mapper().readTree(runs.resolve("data/manifest.json").toFile());
        var target = key.equals("facts") ? manifest : (ObjectNode) manifest.get("facts");
        target.set(key, Json.mapper().readTree(value));
        Files.writeString(other.resolve("manifest.json"), manifest.toString());
        var hadoop = spark.sparkContext().hadoopConfiguration();
        assertThatThrownBy(() -> LatentData.open(hadoop, new org.apache.hadoop.fs.Path(other.toUri()), "train"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("manifest.json: expected")
                .hasMessageContaining("got")
                .hasMessageNotContaining("\n");
    }

    private static BlockReader reader(BlockFile file) {
        return new BlockReader(
                spark.sparkContext().hadoopConfiguration(), new org.apache.hadoop.fs.Path(dir, "train/" + file.path()));
    }

    private static LatentData open() {
        return LatentData.open(spark.sparkContext().hadoopConfiguration(), dir, "train");
    }

    private static BlockFile writeBlock(long first, int count) {
        var rows = new ArrayList<Row>();
        for (long i = first; i < first + count; i++) {
            rows.add(LatentSchema.row(LatentRecord.of(i, label(i), values(i), DType.FLOAT16, SHAPE)));
        }
        var folder = runs.resolve("data/train/block-" + first);
        spark.createDataFrame(rows, LatentSchema.type())
                .coalesce(1)
                .write()
                .option("compression", "none")
                .parquet(folder.toString());
        try (var files = Files.list(folder)) {
            var file = files.filter(path -> path.toString().endsWith(".parquet")
                            && !path.getFileName().toString().startsWith("."))
                    .findFirst()
                    .orElseThrow();
            return new BlockFile("block-" + first + "/" + file.getFileName(), first, count);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int label(long index) {
        return (int) (index % 3) - 1;
    }

    private static float[] values(long index) {
        var values = new float[SHAPE.size()];
        new CounterRandom(1).gaussians(values, 0, values.length, index);
        return values;
    }

    private static DataFacts facts(int classes) {
        var names = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        var encoder = Json.mapper().createObjectNode();
        return new DataFacts(SHAPE, DType.FLOAT32, encoder, classes, names, Map.of());
    }
}
