package io.flowmap.ingest;

import io.flowmap.file.Sha256;
import io.flowmap.ingest.image.ImageDecoder;
import io.flowmap.ingest.image.ImageSize;
import io.flowmap.ingest.image.LatentArray;
import io.flowmap.ingest.image.UnreadableRecord;
import io.flowmap.ingest.judge.FilterConfig;
import io.flowmap.ingest.judge.Look;
import io.flowmap.ingest.judge.RecordFilter;
import io.flowmap.ingest.judge.StagedRecord;
import io.flowmap.ingest.source.Content;
import io.flowmap.ingest.source.InputRecord;
import io.flowmap.ingest.source.Payload;
import io.flowmap.ingest.source.Verdict;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Converts input records to staged records. Not thread-safe. */
final class RecordStager implements AutoCloseable {
    private static final int LONGEST_REASON = 200;

    private final Recipe recipe;
    private final CounterRandom random;
    private final ImageDecoder decoder;
    private final RecordFilter filter;

    RecordStager(Recipe recipe, long seed) {
        this.recipe = recipe;
        this.random = new CounterRandom(seed);
        this.decoder = new ImageDecoder(recipe.reading().limits().maxPixels());
        this.filter = new RecordFilter(recipe.filter());
    }

    /** What has been found out about the content so far: nothing, its size, or everything. */
    private record Found(int width, int height, String bucket, String digest, Look look, byte[] content) {
        static final Found NOTHING = new Found(0, 0, null, null, null, null);

        Found sizeOnly() {
            return new Found(width, height, null, null, null, null);
        }
    }

    StagedRecord stage(InputRecord record, ScanTask task, long number) {
        if (record.content() instanceof Content.Refused refused) {
            return staged(record, task, number, Found.NOTHING, refused);
        }
        var found = Found.NOTHING;
        try {
            var unwanted = words(record);
            if (unwanted.isPresent()) {
                return staged(record, task, number, found, new Content.Refused(Verdict.FILTERED, unwanted.get()));
            }
            if (recipe.reading().payload() == Payload.LATENT) {
                return staged(record, task, number, array((Content.Encoded) record.content()), null);
            }
            var size = Recipe.size(record.content(), decoder);
            found = new Found(size.width(), size.height(), null, null, null, null);
            unwanted = filter.refuses(size);
            if (unwanted.isPresent()) {
                return staged(record, task, number, found, new Content.Refused(Verdict.FILTERED, unwanted.get()));
            }
            return staged(record, task, number, image(record.content(), size), null);
        } catch (UnreadableRecord e) {
            return staged(record, task, number, found, new Content.Refused(Verdict.QUARANTINED, e.getMessage()));
        }
    }

    @Override
    public void close() {
        decoder.close();
    }

    /** The reason why the label or the caption is filtered out, if it is. */
    private Optional<String> words(InputRecord record) throws UnreadableRecord {
        if (record.label() >= recipe.labels()) {
            throw new UnreadableRecord("label " + record.label() + ", expected below " + recipe.labels());
        }
        if (record.annotation().caption() == null && recipe.captionRequired()) {
            throw new UnreadableRecord("no caption");
        }
        return filter.refuses(record.annotation());
    }

    private Found array(Content.Encoded encoded) throws UnreadableRecord {
        var array = LatentArray.read(encoded.bytes());
        if (!array.shape().equals(recipe.shape())) {
            throw new UnreadableRecord("latent of " + array.shape() + ", expected " + recipe.shape());
        }
        return new Found(
                array.shape().width(),
                array.shape().height(),
                null,
                digest(encoded.bytes()),
                null,
                DType.FLOAT32.encode(array.values()));
    }

    private Found image(Content content, ImageSize size) throws UnreadableRecord {
        var target = recipe.target(size);
        var whole = recipe.decode(content, decoder, size, target);
        byte[] pixels = recipe.frame(whole, target).planes();
        byte[] bytes = content instanceof Content.Encoded encoded ? encoded.bytes() : pixels;
        boolean compared = recipe.filter().duplicates() == FilterConfig.Duplicates.PERCEPTUAL;
        return new Found(
                size.width(),
                size.height(),
                recipe.bucket(target),
                digest(bytes),
                compared ? Look.of(whole) : null,
                pixels);
    }

    private String digest(byte[] bytes) {
        return recipe.filter().duplicates() == FilterConfig.Duplicates.KEEP ? null : Sha256.of(bytes);
    }

    private StagedRecord staged(InputRecord record, ScanTask task, long number, Found whole, Content.Refused refusal) {
        var found = refusal == null ? whole : whole.sizeOnly();
        return new StagedRecord(
                task.position(number),
                task.split(),
                record.source(),
                record.key(),
                record.offset(),
                refusal == null ? Verdict.KEPT : refusal.verdict(),
                refusal == null ? null : shortened(refusal.reason()),
                record.label(),
                found.width(),
                found.height(),
                order(record, task.split()),
                record.annotation().caption(),
                record.annotation().captionFrom(),
                found.bucket(),
                found.digest(),
                found.look(),
                found.content());
    }

    /**
     * Random bits for the order of a record. The key is its name within the source, not its path, so that the same data gets the same order
     * in any location.
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
