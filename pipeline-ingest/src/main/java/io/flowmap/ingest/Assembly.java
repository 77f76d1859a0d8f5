package io.flowmap.ingest;

import static org.apache.spark.sql.functions.col;

import io.flowmap.config.UserError;
import io.flowmap.data.BlockFile;
import io.flowmap.data.CodedLatents;
import io.flowmap.data.DataFacts;
import io.flowmap.data.Edm2;
import io.flowmap.data.Encoder;
import io.flowmap.data.LatentShape;
import io.flowmap.data.LiteralPath;
import io.flowmap.data.text.TextFacts;
import io.flowmap.ingest.IngestConfig.EncoderKind;
import io.flowmap.ingest.judge.Judgement;
import io.flowmap.ingest.judge.Ledger;
import io.flowmap.ingest.judge.StagedRecord;
import io.flowmap.ingest.judge.Tally;
import io.flowmap.ingest.write.BlockWriter;
import io.flowmap.ingest.write.Encoding;
import io.flowmap.ingest.write.LatentOutput;
import io.flowmap.ingest.write.Shuffling;
import io.flowmap.ingest.write.TextOutput;
import io.flowmap.stage.JobContext;
import io.flowmap.tensor.DType;
import io.flowmap.text.CaptionEncoder;
import io.flowmap.text.TextSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Turns the staging table into the output: verdicts, encoder, order, blocks, ledger, facts. */
final class Assembly {
    private static final double SIGMA_DATA = 0.5;

    private final JobContext context;
    private final IngestConfig settings;
    private final Inventory inventory;
    private final Recipe recipe;
    private final Path directory;
    private final LatentOutput latents;
    private TextSource text;
    private CaptionEncoder.Facts captions;
    private TextFacts texts;
    private SortedMap<String, String> hashes;
    private Map<String, DataFacts.ArrayFacts> conditions = Map.of();

    Assembly(JobContext context, IngestConfig settings, Inventory inventory, Recipe recipe, Path directory) {
        this.context = context;
        this.settings = settings;
        this.inventory = inventory;
        this.recipe = recipe;
        this.directory = directory;
        this.latents = new LatentOutput(context);
        this.text = settings.captions().source();
    }

    /**
     * The records that go into one directory of blocks.
     *
     * @param name name of the split, followed by the bucket if there are buckets
     * @param staged shape of its staged records
     */
    private record Part(String name, String split, LatentShape staged, Dataset<Row> kept) {}

    /**
     * Opens the frozen networks and notes what they give. Throws {@link UserError} if one cannot be read or does not fit. Called before the
     * scan, which may take hours.
     */
    void check() {
        openText();
        if (settings.encoder() == EncoderKind.CODEC || settings.encoder() == EncoderKind.LATENTS) {
            var shapes = recipe.buckets().isEmpty() ? List.of(recipe.shape()) : recipe.buckets();
            shapes.forEach(shape -> RawLatents.of(context, settings, shape));
        }
    }

    private void openText() {
        if (!text.isEmpty()) {
            try (var encoder = CaptionEncoder.open(context.hadoop(), text)) {
                captions = encoder.facts();
                conditions = encoder.conditions();
                if (texts == null && encoder.texts() != null) {
                    encoder.row(null); // a tokenizer that gives the empty text no token is refused before the scan
                }
                texts = encoder.texts();
                hashes = encoder.hashes();
            }
        }
    }

    /**
     * Writes everything except the manifest and returns the manifest's facts. Throws {@link UserError}, after writing the ledger, if too
     * many records failed.
     */
    IngestFacts write(Path staging) {
        var staged = context.spark().read().schema(StagedRecord.schema()).parquet(LiteralPath.of(staging));
        var splits = inventory.sources().keySet();
        try (var judgement = Judgement.of(staged, settings.labels(), settings.filter(), splits)) {
            var judged = judgement.records();
            var tallies = Tally.of(judged, splits);
            tallies.forEach(this::tell);
            var ledger = new Path(directory, Ledger.DIRECTORY);
            for (var split : splits) {
                if (tallies.get(split).isEmpty()) {
                    throw inventory.nothing(split, settings.payload());
                }
            }
            var failure = Ledger.failure(judged, tallies, settings.maxFailureShare(), ledger);
            if (failure.isPresent()) {
                Ledger.write(judged, Ledger.kept(judged).limit(0).selectExpr("position", "position as index"), ledger);
                throw failure.get();
            }
            return write(judged, tallies, ledger);
        }
    }

    private IngestFacts write(Dataset<Row> judged, Map<String, Tally> tallies, Path ledger) {
        var train = Ledger.kept(judged, Inventory.TRAIN);
        if (settings.captions().encoder().words().length() > 0) {
            text = text.with(Words.of(train, settings.captions().encoder().words()));
            openText();
        }
        if (texts != null && settings.captions().store() == CaptionConfig.Store.ARRAYS) {
            var output = new TextOutput(directory.toString(), text.shared(), texts, hashes);
            texts = output.write(context, Ledger.kept(judged));
        }
        var encoder = encoder(train);
        var encoding = encoding(encoder);
        var files = new TreeMap<String, List<BlockFile>>();
        var shapes = new TreeMap<String, LatentShape>();
        var orders = new ArrayList<Shuffling>();
        try {
            for (var part : parts(judged)) {
                var order = Shuffling.of(part.kept());
                orders.add(order);
                var latent = latent(encoder, part.staged());
                var writer = writer(part, encoding, latent);
                var blocks = order.blocks(writer.blockRecords());
                if (blocks.numPartitions() > 0) {
                    files.put(part.name(), latents.write(part.name(), part.kept(), blocks, writer));
                    shapes.put(part.name(), latent);
                }
            }
            Ledger.write(
                    judged,
                    orders.stream()
                            .map(Shuffling::indices)
                            .reduce(Dataset::union)
                            .orElseThrow(),
                    ledger);
        } finally {
            orders.forEach(Shuffling::close);
        }
        return facts(tallies, encoder, encoding.dtype(), files, shapes);
    }

    private List<Part> parts(Dataset<Row> judged) {
        var parts = new ArrayList<Part>();
        for (var split : inventory.sources().keySet()) {
            var kept = Ledger.kept(judged, split);
            if (recipe.buckets().isEmpty()) {
                parts.add(new Part(split, split, recipe.shape(), kept));
            }
            for (var bucket : recipe.buckets()) {
                var name = Recipe.name(bucket);
                parts.add(new Part(
                        split + "/" + name,
                        split,
                        bucket,
                        kept.filter(col(StagedRecord.BUCKET).equalTo(name))));
            }
        }
        return parts;
    }

    private BlockWriter writer(Part part, Encoding encoding, LatentShape latent) {
        return new BlockWriter(
                new Path(directory, part.name()).toString(),
                ScanTask.number(part.split()),
                part.staged(),
                latent,
                encoding,
                settings.isCaptioned(),
                text.inline(),
                texts == null ? null : texts.with(List.of()),
                settings.recordsOfBlock(latent, conditionSize()));
    }

    /** Number of values of the conditions that are stored with a record: the numbers of its words. */
    private long conditionSize() {
        return text.vocabulary() == null ? 0 : text.vocabulary().length();
    }

    private Encoder encoder(Dataset<Row> train) {
        return switch (settings.encoder()) {
            case EDM2 -> new Edm2();
            case STANDARDISED -> latents.moments(train, recipe.shape()).encoder(SIGMA_DATA);
            case CODEC, LATENTS -> coded(train);
        };
    }

    /** The encoder for latents: as the codec gives them, or from the configured moments, or from those of the first records of the first bucket. */
    private CodedLatents coded(Dataset<Row> train) {
        var raw = RawLatents.of(context, settings, recipe.shape());
        var codec = settings.codec();
        if (!codec.mean().isEmpty()) {
            return new CodedLatents(codec.mean(), codec.deviation(), SIGMA_DATA, codec.files(), raw.factor());
        }
        int channels = raw.latent().channels();
        var neutral = new CodedLatents(
                Collections.nCopies(channels, 0.0), Collections.nCopies(channels, 1.0), 1, codec.files(), raw.factor());
        if (codec.isScaled()) {
            return neutral;
        }
        var first = recipe.buckets().isEmpty()
                ? train
                : train.filter(col(StagedRecord.BUCKET).equalTo(Recipe.name(recipe.shape())));
        var moments = latents.moments(first, codec.measure(), encoding(neutral), recipe.shape(), raw.latent());
        return CodedLatents.of(moments, SIGMA_DATA, codec.files(), raw.factor());
    }

    private Encoding encoding(Encoder encoder) {
        return new Encoding(
                encoder,
                settings.payload(),
                settings.codec().sampled(),
                context.run().seed(),
                settings.codec().batch(),
                dtype(encoder));
    }

    private LatentShape latent(Encoder encoder, LatentShape staged) {
        return encoder instanceof CodedLatents
                ? RawLatents.of(context, settings, staged).latent()
                : staged;
    }

    private DType dtype(Encoder encoder) {
        return settings.dtype().chosen(encoder, recipe.shape().channels());
    }

    private void tell(String split, Tally tally) {
        context.progress()
                .phase(
                        "ingest",
                        Map.of(
                                "split",
                                split,
                                "kept",
                                tally.kept(),
                                "filtered",
                                tally.filtered(),
                                "quarantined",
                                tally.quarantined()));
    }

    private IngestFacts facts(
            Map<String, Tally> tallies,
            Encoder encoder,
            DType dtype,
            TreeMap<String, List<BlockFile>> files,
            TreeMap<String, LatentShape> shapes) {
        int classes = tallies.values().stream()
                .mapToInt(tally -> tally.classes().length)
                .max()
                .orElse(0);
        classes = Math.max(classes, inventory.names().names().size());
        var shape = shapes.get(files.firstEntry().getKey());
        shapes.values().removeIf(shape::equals);
        var data = new DataFacts(
                shape,
                dtype,
                encoder.toJson(),
                classes,
                inventory.names().padded(classes),
                files,
                shapes,
                conditions,
                texts);
        return new IngestFacts(data, tallies, captions);
    }
}
