package io.flowmap.ingest.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.flowmap.config.Json;
import io.flowmap.job.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * EDM2's {@code dataset.json}: {@code {"labels": [[name, class], ...]}}, or null without labels. Read as a stream.
 *
 * @param byName class of each file in the order of the list, null if labels are null; {@link #NOT_AN_INDEX} for a
 *     label that is no class index
 */
record DatasetLabels(Map<String, Integer> byName) {
    static final String FILE = "dataset.json";
    static final int NOT_AN_INDEX = -2;

    /** @throws UserError for another form: without it every label would be lost */
    static DatasetLabels read(InputStream in, String source) {
        try (var json = Json.mapper().getFactory().createParser(in)) {
            require(json.nextToken() == JsonToken.START_OBJECT, json, source);
            Map<String, Integer> labels = null;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = json.getCurrentName().equals("labels");
                var value = json.nextToken();
                if (wanted && value != JsonToken.VALUE_NULL) {
                    require(value == JsonToken.START_ARRAY, json, source);
                    labels = pairs(json, source);
                } else {
                    json.skipChildren();
                }
            }
            return new DatasetLabels(labels);
        } catch (IOException e) {
            throw new UserError("cannot read " + FILE + " of " + source + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, Integer> pairs(JsonParser json, String source) throws IOException {
        var labels = new LinkedHashMap<String, Integer>();
        while (json.nextToken() == JsonToken.START_ARRAY) {
            require(json.nextToken() == JsonToken.VALUE_STRING, json, source);
            var name = json.getText().replace('\\', '/');
            labels.put(name, label(json));
            require(json.nextToken() == JsonToken.END_ARRAY, json, source);
        }
        require(json.currentToken() == JsonToken.END_ARRAY, json, source);
        return labels;
    }

    private static int label(JsonParser json) throws IOException {
        return switch (json.nextToken()) {
            case VALUE_NULL -> InputRecord.NO_LABEL;
            case VALUE_NUMBER_INT -> json.getLongValue() >= 0 && json.getLongValue() <= Integer.MAX_VALUE
                    ? json.getIntValue()
                    : NOT_AN_INDEX;
            default -> {
                json.skipChildren();
                yield NOT_AN_INDEX;
            }
        };
    }

    private static void require(boolean holds, JsonParser json, String source) {
        if (!holds) {
            throw new UserError("cannot read " + FILE + " of " + source
                    + ": expected {\"labels\": [[name, class], ...]}, got " + json.currentToken() + " at "
                    + json.currentLocation().offsetDescription());
        }
    }
}
