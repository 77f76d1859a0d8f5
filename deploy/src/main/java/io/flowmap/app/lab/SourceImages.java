package io.flowmap.app.lab;

import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import io.flowmap.ingest.image.Framing;
import io.flowmap.ingest.image.ImageDecoder;
import io.flowmap.ingest.image.UnreadableRecord;
import io.flowmap.ingest.label.ClassNames;
import io.flowmap.ingest.source.Content;
import io.flowmap.ingest.source.InputRecord;
import io.flowmap.ingest.source.Payload;
import io.flowmap.ingest.source.Portion;
import io.flowmap.ingest.source.Reading;
import io.flowmap.ingest.source.Source;
import io.flowmap.ingest.source.SourceKind;
import io.flowmap.ingest.source.Sources;
import io.flowmap.ingest.source.Verdict;
import io.flowmap.stage.JobContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The first images of a source as RGB squares. Files that should be images but cannot be read are reported and skipped. */
final class SourceImages {
    private final JobContext context;
    private final CodecConfig settings;
    private final List<NamedImage> found = new ArrayList<>();

    SourceImages(JobContext context, CodecConfig settings) {
        this.context = context;
        this.settings = settings;
    }

    /** Reads at least one image, and at most the number in the settings. Throws {@link UserError} if there are none. */
    List<NamedImage> first() {
        try (var decoder = new ImageDecoder(settings.maxPixels())) {
            for (var source : new Sources(context.hadoop(), SourceKind.AUTO, Payload.IMAGE).find(settings.images())) {
                var names = names(source);
                for (var portion : source.portions(names)) {
                    read(portion, Reading.images(names, settings.limits()), decoder);
                }
            }
        } catch (IOException e) {
            throw Store.failure("cannot read images " + settings.images(), e);
        }
        if (found.isEmpty()) {
            throw new UserError(
                    "cannot read images " + settings.images() + ": expected images, got none that can be decoded");
        }
        return List.copyOf(found);
    }

    /** Accepts all labels, because they do not matter here; otherwise records whose class has no name would be refused. */
    private static ClassNames names(Source source) throws IOException {
        return source.classNames().orElseGet(() -> ClassNames.of(source.folderClasses()));
    }

    private void read(Portion portion, Reading reading, ImageDecoder decoder) throws IOException {
        if (found.size() == settings.count()) {
            return;
        }
        try (var records = portion.open(context.hadoop(), reading)) {
            var next = records.next();
            while (next != null && found.size() < settings.count()) {
                take(next, decoder);
                next = records.next();
            }
        }
    }

    private void take(InputRecord input, ImageDecoder decoder) {
        if (input.content() instanceof Content.Encoded encoded) {
            try {
                var whole = decoder.decode(encoded.bytes()).rgb();
                var framed = Framing.CENTER_CROP.apply(whole, settings.size());
                found.add(new NamedImage(input.key(), framed.planes()));
            } catch (UnreadableRecord e) {
                passOver(input, e.getMessage());
            }
        } else if (input.content() instanceof Content.Refused refused && refused.verdict() == Verdict.QUARANTINED) {
            passOver(input, refused.reason());
        }
    }

    private void passOver(InputRecord input, String reason) {
        context.progress()
                .phase("lab codec", Map.of("passed-over", input.key(), "source", input.source(), "reason", reason));
    }
}
