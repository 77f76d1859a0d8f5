package io.flowmap.ingest.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.ingest.label.PythonText;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * EDM2's {@code dataset.json}: {@code {"labels": [[name, class], ...]}}, or null without labels. Parsed as a stream.
 *
 * @param byName class of each file in the order of the list, null if labels are null; {@link #NOT_AN_INDEX} for a label that is not a class
 *     index
 */
record DatasetLabels(Map<String, Integer> byName) {
    static final String FILE = "dataset.json";
    static final int NOT_AN_INDEX = -2;

    /**
     * Reads a stream whose {@link IOException}s mean damaged data.
     *
     * @throws UserError for any other content, because otherwise all labels would be lost
     */
    static DatasetLabels read(InputStream in, String source) {
        try (var json = PythonText.jsonFactory().createParser(in)) {
            require(json.nextToken() == JsonToken.START_OBJECT, json, source);
            Map<String, Integer> labels = null;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = json.getCurrentName().equals("labels");
                var value = json.nextToken();
                if (wanted) {
                    require(value == JsonToken.START_ARRAY || value == JsonToken.VALUE_NULL, json, source);
                    labels = value == JsonToken.VALUE_NULL ? null : pairs(json, source);
                } else {
                    json.skipChildren();
                }
            }
            return new DatasetLabels(labels);
        } catch (JsonProcessingException e) {
            throw other(source, Json.complaint(e) + " at " + e.getLocation().offsetDescription(), e);
        } catch (IOException e) {
            throw other(source, e.getMessage(), e);
        }
    }

    private static Map<String, Integer> pairs(JsonParser json, String source) throws IOException {
        var labels = new LinkedHashMap<String, Integer>();
        while (json.nextToken() == JsonToken.START_ARRAY) {
            require(json.nextToken() == JsonToken.VALUE_STRING, json, source);
            var name = PythonText.wellFormed(json.getText()).replace('\\', '/');
            labels.put(name, label(json));
            require(json.nextToken() == JsonToken.END_ARRAY, json, source);
        }
        require(json.currentToken() == JsonToken.END_ARRAY, json, source);
        return labels;
    }

    private static int label(JsonParser json) throws IOException {
        return switch (json.nextToken()) {
            case VALUE_NULL -> InputRecord.NO_LABEL;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_STRING -> {
                var text = PythonText.stripped(json.getText());
                yield text.equals("NaN")
                        ? InputRecord.NO_LABEL
                        : PythonText.index(text).orElse(NOT_AN_INDEX);
            }
            default -> {
                json.skipChildren();
                yield NOT_AN_INDEX;
            }
        };
    }

    private static void require(boolean holds, JsonParser json, String source) throws IOException {
        if (!holds) {
            var found = json.currentToken() == null ? "nothing" : json.getText();
            throw other(source, found + " at " + json.currentLocation().offsetDescription(), null);
        }
    }

    private static UserError other(String source, String found, IOException cause) {
        return new UserError(
                "cannot read " + FILE + " of " + source + ": expected {\"labels\": [[name, class], ...]}, got " + found,
                cause);
    }
}
