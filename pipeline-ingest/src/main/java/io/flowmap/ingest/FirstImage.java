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

/** Settles what the settings leave to the data: the first image that can be read decides. */
final class FirstImage {
    private final Configuration hadoop;
    private final IngestSettings settings;

    FirstImage(Configuration hadoop, IngestSettings settings) {
        this.hadoop = hadoop;
        this.settings = settings;
    }

    /** How to make every image. Reads from the sources only if resolution or channels are left open. */
    Recipe recipe(List<ScanTask> tasks, ClassNames names) {
        boolean open = settings.resolution() == 0 || settings.color() == IngestSettings.Color.AUTO;
        var first = open ? read(tasks) : null;
        int side = settings.resolution();
        int channels =
                switch (settings.color()) {
                    case GRAY -> 1;
                    case RGB -> 3;
                    case AUTO -> first.channels();
                };
        var shape = new LatentShape(channels, side == 0 ? first.height() : side, side == 0 ? first.width() : side);
        int labels = names.given() ? names.names().size() : settings.maxClasses();
        return new Recipe(shape, side == 0 ? Framing.NONE : settings.transform(), settings.limits(), labels);
    }

    private PixelImage read(List<ScanTask> tasks) {
        try (var decoder = new ImageDecoder(settings.maxPixels())) {
            for (var task : tasks) {
                var image = read(task, decoder);
                if (image != null) {
                    return image;
                }
            }
            throw new UserError("cannot ingest " + settings.train() + ": expected images, got none that can be read");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look for the first image", e);
        }
    }

    private PixelImage read(ScanTask task, ImageDecoder decoder) throws IOException {
        try (var stream = task.portion().open(hadoop)) {
            for (var record = stream.next(); record != null; record = stream.next()) {
                if (!(record.content() instanceof Content.Refused)) {
                    try {
                        return Recipe.decode(record.content(), decoder);
                    } catch (UnreadableRecord e) {
                        // the scan will account for it; the next one may do
                    }
                }
            }
        }
        return null;
    }
}
