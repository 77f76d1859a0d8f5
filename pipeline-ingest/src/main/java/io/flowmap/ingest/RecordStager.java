package io.flowmap.ingest;

import io.flowmap.ingest.image.ImageDecoder;
import io.flowmap.ingest.image.PixelImage;
import io.flowmap.ingest.image.UnreadableRecord;
import io.flowmap.ingest.source.Content;
import io.flowmap.ingest.source.InputRecord;
import io.flowmap.ingest.source.Verdict;
import io.flowmap.job.Sha256;
import io.flowmap.tensor.CounterRandom;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Turns input records into staged ones. Not thread-safe. */
final class RecordStager implements AutoCloseable {
    private static final int LONGEST_REASON = 200;

    private final Recipe recipe;
    private final CounterRandom random;
    private final ImageDecoder decoder;

    RecordStager(Recipe recipe, long seed) {
        this.recipe = recipe;
        this.random = new CounterRandom(seed);
        this.decoder = new ImageDecoder(recipe.limits().maxPixels());
    }

    StagedRecord stage(InputRecord record, ScanTask task, long number) {
        if (record.content() instanceof Content.Refused refused) {
            return staged(record, task, number, null, null, refused);
        }
        PixelImage whole = null;
        try {
            whole = Recipe.decode(record.content(), decoder);
            requireLabel(record.label());
            return staged(record, task, number, whole, recipe.frame(whole).pixels(), null);
        } catch (UnreadableRecord e) {
            return staged(record, task, number, whole, null, new Content.Refused(Verdict.QUARANTINED, e.getMessage()));
        }
    }

    @Override
    public void close() {
        decoder.close();
    }

    private void requireLabel(int label) throws UnreadableRecord {
        if (label >= recipe.labels()) {
            throw new UnreadableRecord("label " + label + ", expected below " + recipe.labels());
        }
    }

    private StagedRecord staged(
            InputRecord record, ScanTask task, long number, PixelImage whole, byte[] pixels, Content.Refused refusal) {
        return new StagedRecord(
                task.position(number),
                task.split(),
                record.source(),
                record.key(),
                record.offset(),
                refusal == null ? Verdict.KEPT : refusal.verdict(),
                refusal == null ? null : shortened(refusal.reason()),
                record.label(),
                whole == null ? 0 : whole.width(),
                whole == null ? 0 : whole.height(),
                order(record, task.split()),
                pixels);
    }

    /**
     * Keyed by the source's own name and not by its path, so that the same data gives the same order wherever it lies.
     */
    private long order(InputRecord record, String split) {
        var source = record.source().substring(record.source().lastIndexOf('/') + 1);
        var name = source + '\n' + record.key();
        var hash = ByteBuffer.wrap(Sha256.digest().digest(name.getBytes(StandardCharsets.UTF_8)));
        return random.bits(ScanTask.number(split), hash.getLong(), hash.getLong());
    }

    private static String shortened(String reason) {
        return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON);
    }
}
