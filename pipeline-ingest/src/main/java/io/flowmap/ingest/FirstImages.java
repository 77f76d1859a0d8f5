package io.flowmap.ingest;

import io.flowmap.data.LatentShape;
import io.flowmap.ingest.image.Framing;
import io.flowmap.ingest.image.ImageDecoder;
import io.flowmap.ingest.image.PixelImage;
import io.flowmap.ingest.image.UnreadableRecord;
import io.flowmap.ingest.source.ClassNames;
import io.flowmap.ingest.source.Content;
import io.flowmap.job.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Settles what the settings leave to the data, by the first images that can be read: size of the first, colour of any. */
final class FirstImages {
    /** A dataset in colour may well begin with a gray photo. */
    private static final int ENOUGH = 100;

    private final Configuration hadoop;
    private final IngestSettings settings;
    private LatentShape shape;
    private int seen;

    FirstImages(Configuration hadoop, IngestSettings settings) {
        this.hadoop = hadoop;
        this.settings = settings;
    }

    /** How to make every image. Reads from the sources only if resolution or channels are left open. */
    Recipe recipe(List<ScanTask> tasks, ClassNames names) {
        int side = settings.resolution();
        if (side == 0 || settings.color() == IngestSettings.Color.AUTO) {
            look(tasks);
        }
        int height = side == 0 ? shape.height() : side;
        int width = side == 0 ? shape.width() : side;
        int labels = names.given() ? names.names().size() : settings.maxClasses();
        var framing = side == 0 ? Framing.NONE : settings.transform();
        return new Recipe(new LatentShape(channels(), height, width), framing, settings.limits(), labels);
    }

    private int channels() {
        return switch (settings.color()) {
            case GRAY -> 1;
            case RGB -> 3;
            case AUTO -> shape.channels();
        };
    }

    private void look(List<ScanTask> tasks) {
        try (var decoder = new ImageDecoder(settings.maxPixels())) {
            for (int i = 0; i < tasks.size() && seen < ENOUGH; i++) {
                look(tasks.get(i), decoder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look for the first images", e);
        }
        if (seen == 0) {
            throw new UserError("cannot ingest " + settings.train() + ": expected images, got none that can be read");
        }
    }

    private void look(ScanTask task, ImageDecoder decoder) throws IOException {
        try (var stream = task.portion().open(hadoop)) {
            var record = stream.next();
            while (record != null && seen < ENOUGH) {
                if (!(record.content() instanceof Content.Refused)) {
                    try {
                        note(Recipe.decode(record.content(), decoder));
                    } catch (UnreadableRecord e) {
                        // the scan will account for it; the next one may do
                    }
                }
                record = stream.next();
            }
        }
    }

    private void note(PixelImage image) {
        shape = seen == 0
                ? new LatentShape(image.channels(), image.height(), image.width())
                : new LatentShape(Math.max(shape.channels(), image.channels()), shape.height(), shape.width());
        seen++;
    }
}
