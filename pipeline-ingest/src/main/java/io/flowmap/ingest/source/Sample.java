package io.flowmap.ingest.source;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The files of one WebDataset sample as they arrive: they follow each other and share a key. */
final class Sample {
    private static final int LONGEST_QUOTE = 32;

    private final String key;
    private final long offset;
    private final List<String> others = new ArrayList<>();
    private long imageOffset = -1;
    private byte[] image;
    private byte[] cls;
    private byte[] json;
    private String damage;

    Sample(String key, long offset) {
        this.key = key;
        this.offset = offset;
    }

    String key() {
        return key;
    }

    /** Where the first of its files lies. */
    long offset() {
        return offset;
    }

    /** Whether a file of this extension is of use. */
    static boolean wants(String extension) {
        return extension.equals("cls") || extension.equals("json") || MemberName.isImageExtension(extension);
    }

    void add(String extension, byte[] bytes, long at) {
        if (extension.equals("cls")) {
            cls = bytes;
        } else if (extension.equals("json")) {
            json = bytes;
        } else if (image == null) {
            image = bytes;
            imageOffset = at;
        } else {
            damage("more than one image");
        }
    }

    void addOther(String extension) {
        others.add("." + extension);
    }

    /** The whole sample is of no use. */
    void damage(String reason) {
        damage = damage == null ? reason : damage;
    }

    /** The sample as a record. */
    InputRecord finish(String source, Map<String, Integer> names) {
        if (damage != null) {
            return InputRecord.refused(source, key, offset, Content.Refused.quarantined(damage));
        }
        if (image == null) {
            return InputRecord.refused(source, key, offset, Content.Refused.filtered(withoutImage()));
        }
        try {
            return new InputRecord(source, key, imageOffset, label(names), new Content.Encoded(image));
        } catch (IllegalArgumentException e) {
            return InputRecord.refused(source, key, imageOffset, Content.Refused.quarantined(e.getMessage()));
        }
    }

    private String withoutImage() {
        return others.isEmpty() ? "no image" : "no image: " + String.join(", ", others);
    }

    private int label(Map<String, Integer> names) {
        if (cls != null) {
            return index(new String(cls, StandardCharsets.UTF_8).strip(), names);
        }
        if (json == null) {
            return InputRecord.NO_LABEL;
        }
        for (var field : List.of("label", "class", "cls")) {
            var value = parsed().path(field);
            if (!value.isMissingNode() && !value.isNull()) {
                return index(value.asText(), names);
            }
        }
        return InputRecord.NO_LABEL;
    }

    private JsonNode parsed() {
        try {
            return Json.mapper().readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException("unreadable json", e);
        }
    }

    private static int index(String text, Map<String, Integer> names) {
        int index = names.getOrDefault(text, InputRecord.NO_LABEL);
        try {
            index = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            // then it is a name or wrong
        }
        if (index >= 0) {
            return index;
        }
        throw new IllegalArgumentException("label " + text.substring(0, Math.min(text.length(), LONGEST_QUOTE))
                + " is neither a class index nor a known name");
    }
}
