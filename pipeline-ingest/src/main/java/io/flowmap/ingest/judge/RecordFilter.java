package io.flowmap.ingest.judge;

import io.flowmap.ingest.image.ImageSize;
import io.flowmap.ingest.label.Annotation;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Filters that look at a single record, before its image is decoded. */
public final class RecordFilter {
    private final FilterConfig settings;
    private final Optional<Pattern> caption;
    private final Optional<Pattern> captionNot;
    private final Map<String, Pattern> fields = new TreeMap<>();

    public RecordFilter(FilterConfig settings) {
        this.settings = settings;
        this.caption = FilterConfig.pattern(settings.caption());
        this.captionNot = FilterConfig.pattern(settings.captionNot());
        settings.fields().forEach((field, text) -> fields.put(field, Pattern.compile(text)));
    }

    /** The reason to filter out a record because of its annotation, if any. */
    public Optional<String> refuses(Annotation annotation) {
        for (var field : fields.entrySet()) {
            var value = annotation.fields().get(field.getKey());
            if (value == null || !field.getValue().matcher(value).matches()) {
                return Optional.of("field " + field.getKey() + (value == null ? " is missing" : " is " + value));
            }
        }
        return annotation.caption() == null ? Optional.empty() : refuses(annotation.caption());
    }

    /** The reason to filter out an image because of its size, if any. */
    public Optional<String> refuses(ImageSize size) {
        int side = Math.min(size.width(), size.height());
        if (side < settings.minSide() || settings.maxSide() > 0 && side > settings.maxSide()) {
            return Optional.of("resolution " + size);
        }
        double aspect = size.aspect();
        boolean inside =
                aspect >= settings.minAspect() && (settings.maxAspect() == 0 || aspect <= settings.maxAspect());
        return inside ? Optional.empty() : Optional.of("aspect ratio of " + size);
    }

    private Optional<String> refuses(String text) {
        int length = text.codePointCount(0, text.length());
        if (length < settings.minCaption() || settings.maxCaption() > 0 && length > settings.maxCaption()) {
            return Optional.of("caption of " + length + " characters");
        }
        if (caption.isPresent() && !caption.get().matcher(text).find()) {
            return Optional.of("caption does not match the pattern");
        }
        return captionNot.isPresent() && captionNot.get().matcher(text).find()
                ? Optional.of("caption matches the excluded pattern")
                : Optional.empty();
    }
}
