package io.flowmap.data;

import static org.apache.spark.sql.functions.col;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.data.text.TextCache;
import io.flowmap.data.text.TextStore;
import io.flowmap.file.Store;
import io.flowmap.nn.ConditionShape;
import io.flowmap.stage.Manifest;
import io.flowmap.stage.StageInput;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** A split of a finished ingest output. Opening reads only the manifest; {@link #read} reads one block and works on any worker. */
public final class LatentData {
    private static final String CONDITION = "condition";
    private static final String TEXTS = "texts";
    private static final Set<String> KEYS =
            Set.of("shape", "dtype", "encoder", "classes", "class-names", "splits", "shapes", CONDITION, TEXTS);

    private final Configuration hadoop;
    private final Path dataDir;
    private final String split;
    private final DataFacts facts;
    private final LatentShape shape;
    private final Encoder encoder;
    private final List<BlockFile> blocks;
    private final Texts texts;

    private LatentData(
            Configuration hadoop,
            Path dataDir,
            String split,
            DataFacts facts,
            LatentShape shape,
            Encoder encoder,
            List<BlockFile> blocks) {
        this.hadoop = hadoop;
        this.dataDir = dataDir;
        this.split = split;
        this.facts = facts;
        this.shape = shape;
        this.encoder = encoder;
        this.blocks = blocks;
        var stored = facts.texts();
        this.texts = stored == null ? null : new Texts(new TextStore(hadoop, dataDir, stored), facts.condition());
    }

    /**
     * Opens a split.
     *
     * @param dataDir directory of the ingest output
     * @param split "train" or "test", or "train/WxH" for a bucket
     * @throws UserError if the output is unfinished or has no such split
     */
    public static LatentData open(Configuration hadoop, Path dataDir, String split) {
        var facts = facts(hadoop, dataDir);
        var blocks = facts.splits().get(split);
        if (blocks == null) {
            throw missing(dataDir, split, facts.splits().keySet());
        }
        try {
            var encoder = Encoder.fromJson(facts.encoder());
            return new LatentData(hadoop, dataDir, split, facts, facts.shape(split), encoder, List.copyOf(blocks));
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot read " + new Path(dataDir, Manifest.FILE) + ": " + e.getMessage(), e);
        }
    }

    /** Names of the splits, sorted. Throws {@link UserError} if the output is unfinished. */
    public static SortedSet<String> splits(Configuration hadoop, Path dataDir) {
        return new TreeSet<>(facts(hadoop, dataDir).splits().keySet());
    }

    /**
     * The split of this name, or the buckets of it, sorted. Throws {@link UserError} if the output is unfinished or has neither.
     *
     * @param split "train", "test" or "train/WxH"
     */
    public static List<String> parts(Configuration hadoop, Path dataDir, String split) {
        var all = splits(hadoop, dataDir);
        var parts = all.stream()
                .filter(name -> name.equals(split) || name.startsWith(split + "/"))
                .toList();
        if (parts.isEmpty()) {
            throw missing(dataDir, split, all);
        }
        return parts;
    }

    private static UserError missing(Path dataDir, String split, Set<String> all) {
        return new UserError("cannot open split " + split + " of " + StageInput.withoutCredentials(dataDir)
                + ": expected one of " + all + ", got " + split);
    }

    /** Names of the classes; empty without classes. Throws {@link UserError} if the output is unfinished. */
    public static List<String> classNames(Configuration hadoop, Path dataDir) {
        return facts(hadoop, dataDir).classNames();
    }

    /** Directory of the ingest output. */
    public Path directory() {
        return dataDir;
    }

    /** Name of the split. */
    public String split() {
        return split;
    }

    /** The Hadoop configuration that the data was opened with. */
    public Configuration hadoop() {
        return hadoop;
    }

    /** Directory of the ingest output. */
    public Path dir() {
        return dataDir;
    }

    /** Shape [C,H,W] of every latent. */
    public LatentShape shape() {
        return shape;
    }

    /** Shape [C,H,W] of the images that the latents come from. */
    public LatentShape imageShape() {
        return encoder.image(shape);
    }

    /** Whether images can be decoded from the latents: always for pixels, for an autoencoder only if its decoder is known. */
    public boolean canDecode() {
        return encoder instanceof PixelEncoder
                || encoder instanceof CodedLatents coded
                        && coded.codec() != null
                        && coded.codec().decoder() != null;
    }

    /** How these latents were made. */
    public Encoder encoder() {
        return encoder;
    }

    /** Number of classes; 0 without labels. */
    public int classes() {
        return facts.classes();
    }

    /** Conditions that every record has. */
    public ConditionShape condition() {
        return facts.conditionShape();
    }

    /** Bytes of the texts of all splits, at most what a JVM keeps of them; 0 if the records hold theirs. */
    public long textBytes() {
        var stored = facts.texts();
        if (stored == null) {
            return 0;
        }
        return stored.isStored()
                ? Math.min(TextCache.MOST_BYTES, stored.count() * stored.rowBytes())
                : TextCache.MOST_BYTES;
    }

    /** Conditions for samples drawn by a network. */
    public ConditionSource conditions() {
        return new RecordConditions(dataDir.toString(), List.of(split), 0, count());
    }

    /** One name for each class. */
    public List<String> classNames() {
        return facts.classNames();
    }

    /** Number of records in the split. */
    public long count() {
        return blocks.stream().mapToLong(BlockFile::count).sum();
    }

    /** Files of the split in the order of their indices. They are a random partition, because ingest shuffles once. */
    public List<BlockFile> blocks() {
        return blocks;
    }

    /** Reads a block, without a Spark session. Throws {@link UserError} if the file does not match the manifest. */
    public LatentBlock read(int block) {
        var file = blocks.get(block);
        return new BlockReader(hadoop, path(file)).read(file, shape, facts, texts);
    }

    /** The split as rows of {@link LatentSchema}. */
    public Dataset<Row> rows(SparkSession spark) {
        return rows(spark, LatentSchema.type());
    }

    /** The split as rows of {@link LatentSchema#captionedType()}; the caption is null where a record has none. */
    public Dataset<Row> captionedRows(SparkSession spark) {
        return rows(spark, LatentSchema.captionedType());
    }

    private Dataset<Row> rows(SparkSession spark, StructType type) {
        var paths = blocks.stream().map(file -> LiteralPath.of(path(file))).toArray(String[]::new);
        return spark.read().schema(type).parquet(paths);
    }

    /**
     * Captions of records {@code first} to {@code first + n - 1}, in order, null where a record has none. Only the blocks of these records
     * are read.
     */
    public List<String> captions(SparkSession spark, long first, int n) {
        var paths = blocks.stream()
                .filter(file -> file.firstIndex() < first + n && first < file.firstIndex() + file.count())
                .map(file -> LiteralPath.of(path(file)))
                .toArray(String[]::new);
        var type = LatentSchema.captionedType();
        return spark
                .read()
                .schema(type)
                .parquet(paths)
                .filter(col(LatentSchema.INDEX).geq(first))
                .filter(col(LatentSchema.INDEX).lt(first + n))
                .orderBy(LatentSchema.INDEX)
                .select(LatentSchema.CAPTION)
                .collectAsList()
                .stream()
                .map(row -> row.getString(0))
                .toList();
    }

    private Path path(BlockFile file) {
        return new Path(new Path(dataDir, split), file.path());
    }

    private static DataFacts facts(Configuration hadoop, Path dataDir) {
        try {
            var manifest = Manifest.read(Store.of(hadoop, dataDir), dataDir);
            if (!(manifest.facts() instanceof ObjectNode told)) {
                throw new UserError("cannot read " + new Path(dataDir, Manifest.FILE)
                        + ": expected a map as facts, got " + manifest.facts());
            }
            var known = told.deepCopy().retain(KEYS);
            if (!known.has(CONDITION)) { // manifests of data with classes only
                known.putObject(CONDITION);
            }
            if (!known.has(TEXTS)) { // records without texts, or with all their conditions
                known.putNull(TEXTS);
            }
            return Json.mapper().treeToValue(known, DataFacts.class);
        } catch (JsonProcessingException e) {
            throw new UserError(
                    "cannot read " + new Path(dataDir, Manifest.FILE) + ": expected the manifest of ingested data: "
                            + Json.complaint(e),
                    e);
        }
    }
}
