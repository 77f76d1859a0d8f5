package io.flowmap.ingest;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.file.Store;
import io.flowmap.ingest.image.Framing;
import io.flowmap.ingest.image.ImageDecoder;
import io.flowmap.ingest.image.LatentArray;
import io.flowmap.ingest.image.UnreadableRecord;
import io.flowmap.ingest.judge.Ledger;
import io.flowmap.ingest.label.ClassNames;
import io.flowmap.ingest.source.Content;
import io.flowmap.ingest.source.InputRecord;
import io.flowmap.ingest.source.Payload;
import io.flowmap.ingest.source.Reading;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * Determines the size and colour of the dataset from its first readable records, if the settings leave them open: the size of the first
 * record, colour if any of the records has it.
 */
final class FirstImages {
    /** Number of records that are looked at for colour. A dataset in colour may begin with gray photos. */
    private static final int ENOUGH = 100;

    private final Configuration hadoop;
    private final IngestConfig settings;
    private final List<String> reasons = new ArrayList<>();
    private LatentShape shape;
    private int seen;

    FirstImages(Configuration hadoop, IngestConfig settings) {
        this.hadoop = hadoop;
        this.settings = settings;
    }

    /** The recipe for all records. Reads from the sources only if the settings leave something open. */
    Recipe recipe(List<ScanTask> tasks, ClassNames names) {
        if (settings.scaledJpeg() && !ImageDecoder.scales()) {
            throw new UserError("cannot decode JPEGs at a reduced size: Leptonica's library cannot be loaded here; set"
                    + " ingest.scaled-jpeg = false");
        }
        var reading = settings.reading(names);
        boolean latents = settings.payload() == Payload.LATENT;
        int side = settings.resolution();
        boolean sized = side != 0 || !settings.buckets().isEmpty();
        if (latents || !sized || settings.color() == IngestConfig.Color.AUTO) {
            look(tasks, reading);
        }
        int channels = latents ? shape.channels() : channels();
        var buckets = settings.buckets(channels);
        LatentShape target = !buckets.isEmpty()
                ? buckets.get(0)
                : latents || side == 0
                        ? new LatentShape(channels, shape.height(), shape.width())
                        : new LatentShape(channels, side, side);
        return new Recipe(
                reading,
                target,
                new ArrayList<>(buckets),
                sized ? settings.transform() : Framing.NONE,
                settings.scaledJpeg(),
                settings.filter(),
                settings.captions().refusesNone(),
                names.given() ? names.names().size() : settings.maxClasses());
    }

    private int channels() {
        return switch (settings.color()) {
            case GRAY -> 1;
            case RGB -> 3;
            case AUTO -> shape.channels();
        };
    }

    private void look(List<ScanTask> tasks, Reading reading) {
        try (var decoder = new ImageDecoder(settings.maxPixels())) {
            for (int i = 0; i < tasks.size() && seen < ENOUGH; i++) {
                look(tasks.get(i), reading, decoder);
            }
        } catch (IOException e) {
            throw Store.failure("cannot look for the first records", e);
        }
        if (seen == 0) {
            throw new UserError("cannot ingest " + settings.train() + ": expected "
                    + settings.payload().text() + "s, got none that can be read" + Ledger.first(reasons));
        }
    }

    private void look(ScanTask task, Reading reading, ImageDecoder decoder) throws IOException {
        try (var stream = task.portion().open(hadoop, reading)) {
            var record = stream.next();
            while (record != null && seen < ENOUGH) {
                if (record.content() instanceof Content.Refused refused) {
                    note(record, refused.reason());
                } else {
                    try {
                        note(shape(record.content(), reading, decoder));
                    } catch (UnreadableRecord e) {
                        note(record, e.getMessage());
                    }
                }
                record = stream.next();
            }
        }
    }

    /**
     * Notes why a record is unreadable. The next record may still be readable, and the scan accounts for all; the reasons are reported only
     * if no record is readable.
     */
    private void note(InputRecord record, String reason) {
        if (reasons.size() < Ledger.SHOWN) {
            reasons.add(Ledger.reason(record.source(), record.key(), record.offset(), reason));
        }
    }

    private static LatentShape shape(Content content, Reading reading, ImageDecoder decoder) throws UnreadableRecord {
        if (reading.payload() == Payload.LATENT) {
            return LatentArray.read(((Content.Encoded) content).bytes()).shape();
        }
        var image = Recipe.decode(content, decoder);
        return new LatentShape(image.channels(), image.height(), image.width());
    }

    private void note(LatentShape found) {
        boolean colour = seen > 0 && found.channels() > shape.channels() && settings.payload() == Payload.IMAGE;
        shape = seen == 0 ? found : colour ? new LatentShape(found.channels(), shape.height(), shape.width()) : shape;
        seen++;
    }
}
