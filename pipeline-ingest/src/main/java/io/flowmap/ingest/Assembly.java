package io.flowmap.ingest;

import io.flowmap.data.BlockFile;
import io.flowmap.data.DataFacts;
import io.flowmap.data.Edm2;
import io.flowmap.data.Encoder;
import io.flowmap.data.LiteralPath;
import io.flowmap.ingest.IngestSettings.EncoderKind;
import io.flowmap.job.JobContext;
import io.flowmap.job.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** From the staging table to the output: verdicts, encoder, order, blocks, ledger, facts. */
final class Assembly {
    private static final double SIGMA_DATA = 0.5;

    private final JobContext context;
    private final IngestSettings settings;
    private final Inventory inventory;
    private final Recipe recipe;
    private final Path directory;
    private final LatentOutput latents;

    Assembly(JobContext context, IngestSettings settings, Inventory inventory, Recipe recipe, Path directory) {
        this.context = context;
        this.settings = settings;
        this.inventory = inventory;
        this.recipe = recipe;
        this.directory = directory;
        this.latents = new LatentOutput(context);
    }

    /**
     * Writes all but the manifest, whose facts are returned. Throws {@link UserError} after writing the ledger if too
     * much is wrong.
     */
    Map<String, Object> write(Path staging) {
        var staged = context.spark().read().schema(StagedRecord.schema()).parquet(LiteralPath.of(staging));
        var judged = Ledger.judged(staged, settings.labels());
        var tallies = Tally.of(judged, inventory.sources().keySet());
        tallies.forEach((split, tally) -> context.progress()
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
                                tally.quarantined())));
        var ledger = new Path(directory, Ledger.DIRECTORY);
        var failure = Ledger.failure(judged, tallies, settings.maxFailureShare(), ledger);
        if (failure.isPresent()) {
            Ledger.write(judged, Ledger.kept(judged).limit(0).selectExpr("position", "position as index"), ledger);
            throw failure.get();
        }
        var encoder = encoder(judged);
        var splits = writeBlocks(judged, encoder, ledger);
        return facts(tallies, encoder, splits);
    }

    private Encoder encoder(Dataset<Row> judged) {
        if (settings.encoder() == EncoderKind.EDM2) {
            return new Edm2();
        }
        return latents.moments(Ledger.kept(judged, Inventory.TRAIN), recipe.shape())
                .encoder(SIGMA_DATA);
    }

    private Map<String, List<BlockFile>> writeBlocks(Dataset<Row> judged, Encoder encoder, Path ledger) {
        var dtype = settings.dtype().chosen(encoder, recipe.shape().channels());
        var splits = new TreeMap<String, List<BlockFile>>();
        var orders = new ArrayList<Shuffling>();
        try {
            for (var split : inventory.sources().keySet()) {
                var kept = Ledger.kept(judged, split);
                var order = Shuffling.of(kept);
                orders.add(order);
                var writer = new BlockWriter(
                        new Path(directory, split).toString(), recipe.shape(), encoder, dtype, settings.blockRecords());
                splits.put(split, latents.write(split, kept, order.blocks(settings.blockRecords()), writer));
            }
            Ledger.write(
                    judged,
                    orders.stream()
                            .map(Shuffling::indices)
                            .reduce(Dataset::union)
                            .orElseThrow(),
                    ledger);
            return splits;
        } finally {
            orders.forEach(Shuffling::close);
        }
    }

    private Map<String, Object> facts(
            Map<String, Tally> tallies, Encoder encoder, Map<String, List<BlockFile>> splits) {
        int classes = tallies.values().stream()
                .mapToInt(tally -> tally.classes().length)
                .max()
                .orElse(0);
        classes = Math.max(classes, inventory.names().names().size());
        var dtype = settings.dtype().chosen(encoder, recipe.shape().channels());
        var facts = new DataFacts(
                        recipe.shape(),
                        dtype,
                        encoder.toJson(),
                        classes,
                        inventory.names().padded(classes),
                        splits)
                .asMap();
        facts.put("records", tallies);
        return facts;
    }
}
