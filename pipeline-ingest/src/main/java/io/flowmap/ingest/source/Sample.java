package io.flowmap.ingest.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.flowmap.ingest.label.Annotation;
import io.flowmap.ingest.label.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects the files of one WebDataset sample. They are consecutive and share a key. */
final class Sample {
    private static final int LONGEST_QUOTE = 32;

    private final String key;
    private final long offset;
    private final Reading reading;
    private final List<String> others = new ArrayList<>();
    private long imageOffset = -1;
    private byte[] image;
    private byte[] cls;
    private byte[] json;
    private byte[] text;
    private String damage;

    Sample(String key, long offset, Reading reading) {
        this.key = key;
        this.offset = offset;
        this.reading = reading;
    }

    String key() {
        return key;
    }

    /** Offset of the first file. */
    long offset() {
        return offset;
    }

    void add(String extension, byte[] bytes, long at) {
        if (extension.equals("cls")) {
            cls = bytes;
        } else if (extension.equals("json")) {
            json = bytes;
        } else if (extension.equals("txt")) {
            text = bytes;
        } else if (image == null) {
            image = bytes;
            imageOffset = at;
        } else {
            damage("more than one " + reading.payload().text());
        }
    }

    void addOther(String extension) {
        others.add("." + extension);
    }

    /** Marks the whole sample as unusable. */
    void damage(String reason) {
        damage = damage == null ? reason : damage;
    }

    /** Completes the sample and returns it as a record. */
    InputRecord finish(String source, Map<String, Integer> names) {
        if (damage != null) {
            return InputRecord.refused(source, key, offset, Content.Refused.quarantined(damage));
        }
        if (image == null) {
            return InputRecord.refused(source, key, offset, Content.Refused.filtered(withoutImage()));
        }
        try {
            var told = parsed();
            int label = label(told, names);
            return new InputRecord(source, key, imageOffset, label, annotation(told), new Content.Encoded(image));
        } catch (IllegalArgumentException e) {
            return InputRecord.refused(source, key, imageOffset, Content.Refused.quarantined(e.getMessage()));
        }
    }

    private String withoutImage() {
        var none = "no " + reading.payload().text();
        return others.isEmpty() ? none : none + ": " + String.join(", ", others);
    }

    /** The parsed JSON; a missing node if there is no JSON or nothing of it is needed. */
    private JsonNode parsed() {
        boolean wanted = cls == null
                || !reading.fields().isEmpty()
                || !reading.captions().isEmpty();
        if (json == null || !wanted) {
            return MissingNode.getInstance();
        }
        return PythonText.json(json);
    }

    private int label(JsonNode told, Map<String, Integer> names) {
        if (cls != null) {
            return index(PythonText.text(cls, "label"), names);
        }
        for (var field : List.of("label", "class", "cls")) {
            var value = told.path(field);
            if (!PythonText.isAbsent(value)) {
                return index(PythonText.stripped(value.isValueNode() ? value.asText() : value.toString()), names);
            }
        }
        return InputRecord.NO_LABEL;
    }

    private Annotation annotation(JsonNode told) {
        var fields = new TreeMap<String, String>();
        for (var field : reading.fields()) {
            var value = told.path(field);
            if (value.isValueNode() && !PythonText.isAbsent(value)) {
                fields.put(field, PythonText.wellFormed(value.asText()));
            }
        }
        for (var place : reading.captions()) {
            var caption = caption(told, place);
            if (!caption.isEmpty()) {
                return new Annotation(caption, place, fields);
            }
        }
        return new Annotation(null, null, fields);
    }

    /** The stripped caption at a place; of a list the first non-empty text; empty if there is none. */
    private String caption(JsonNode told, String place) {
        if (place.equals(Reading.TEXT_FILE)) {
            return text == null ? "" : PythonText.text(text, "caption");
        }
        var value = told.path(place);
        for (var one : value.isArray() ? value : List.of(value)) {
            boolean words = one.isTextual() || one.isNumber() && Double.isFinite(one.doubleValue());
            var caption = words ? PythonText.stripped(one.asText()) : "";
            if (!caption.isEmpty()) {
                return caption;
            }
        }
        return "";
    }

    private static int index(String text, Map<String, Integer> names) {
        int named = names.getOrDefault(text, InputRecord.NO_LABEL);
        int index = PythonText.index(text).orElse(named);
        if (index >= 0) {
            return index;
        }
        if (text.isEmpty()) {
            throw new IllegalArgumentException("label is empty");
        }
        throw new IllegalArgumentException("label " + text.substring(0, Math.min(text.length(), LONGEST_QUOTE))
                + " is neither a class index nor a known name");
    }
}
