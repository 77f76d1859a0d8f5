package io.flowmap.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.codec.TextEncoder;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.data.DataFacts;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.text.TextCache;
import io.flowmap.data.text.TextFacts;
import io.flowmap.file.Store;
import io.flowmap.nn.ConditionShape;
import io.flowmap.stage.Manifest;
import io.flowmap.stage.StageInput;
import io.flowmap.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Encodes prompts as the captions of ingested data were encoded: by the files that the data's manifest names, which must have the hashes
 * noted there, in the element type of the data. Not thread-safe: use one instance for each task.
 */
public final class PromptEncoder implements AutoCloseable {
    private static final String WORDS = "words";

    private final CaptionEncoder encoder;
    private final Map<String, DataFacts.ArrayFacts> arrays;
    private final TextFacts texts;

    private PromptEncoder(CaptionEncoder encoder) {
        this.encoder = encoder;
        this.arrays = encoder.conditions();
        this.texts = encoder.texts();
    }

    /**
     * Opens the encoders of the data's captions.
     *
     * @param dataDir directory of the ingest output
     * @throws UserError if the captions were not encoded into conditions, or if a tokenizer or an encoder is no longer the same
     */
    public static PromptEncoder open(Configuration hadoop, Path dataDir) {
        var manifest = Manifest.read(Store.of(hadoop, dataDir), dataDir);
        var facts = manifest.facts().path("captions");
        var source = source(manifest.config().at("/ingest/captions"), facts);
        var data = StageInput.withoutCredentials(dataDir);
        if (source == null) {
            throw new UserError("cannot encode prompts like the captions of " + data
                    + ": expected captions that were encoded into a condition, got none (set ingest.captions.from and one of"
                    + " ingest.captions.encoder.t5, clip and words, and ingest again)");
        }
        var encoder = CaptionEncoder.open(hadoop, source);
        try {
            var now = encoder.facts().conditions();
            for (var condition : source.conditions()) {
                var then = facts.path("conditions").path(condition.condition());
                requireSame(data, condition, then, now.get(condition.condition()));
            }
            return new PromptEncoder(encoder);
        } catch (RuntimeException e) {
            encoder.close();
            throw e;
        }
    }

    /** The files and words of the data's conditions; null if it has none. */
    private static TextSource source(JsonNode settings, JsonNode facts) {
        var conditions = new ArrayList<ConditionSource>();
        for (var kind : TextEncoder.Kind.values()) {
            var files = settings.path("encoder").path(kind == TextEncoder.Kind.T5 ? "t5" : "clip");
            if (files.path("weights").isTextual()) {
                conditions.add(new ConditionSource(
                        kind,
                        files.path("weights").asText(),
                        files.path("tokenizer").textValue(),
                        files.path("max-tokens").asInt()));
            }
        }
        var dtype = DType.of(settings.path("dtype").asText(DType.FLOAT32.text()));
        var source = new TextSource(null, 1, null, null, dtype, conditions, vocabulary(facts));
        return source.isEmpty() ? null : source;
    }

    private static Vocabulary vocabulary(JsonNode facts) {
        try {
            return facts.has(WORDS) ? Json.mapper().treeToValue(facts.get(WORDS), Vocabulary.class) : null;
        } catch (JsonProcessingException e) {
            throw new UserError("cannot read the words in the manifest of the data: " + Json.complaint(e), e);
        }
    }

    private static void requireSame(String data, ConditionSource source, JsonNode then, ConditionEncoder.Facts now) {
        requireSame(data, "the tokenizer of " + source.setting(), then.path("tokenizer-sha256"), now.tokenizerSha256());
        requireSame(
                data,
                source.setting() + ".weights " + source.weights(),
                then.path("encoder-sha256"),
                now.encoderSha256());
    }

    private static void requireSame(String data, String what, JsonNode then, String now) {
        if (!then.asText().equals(now)) {
            throw new UserError(
                    "cannot encode prompts with " + what + ": expected the one that encoded the captions of "
                            + data + ", with SHA-256 " + then.asText() + ", got " + now
                            + " (put the earlier file back, or ingest the data again)");
        }
    }

    /** Shapes and element types of the conditions, by name. */
    public Map<String, DataFacts.ArrayFacts> conditions() {
        return arrays;
    }

    /** The conditions of a prompt by name, with the values that data with this caption store. */
    public Map<String, float[]> encode(String prompt) {
        var values = ofText(prompt);
        if (arrays.containsKey(ConditionShape.WORDS)) {
            values.put(ConditionShape.WORDS, encoder.words(prompt));
        }
        return values;
    }

    /** Words of a prompt that no caption had, so that the network knows them only as unknown; none where words are no condition. */
    public List<String> unknown(String prompt) {
        return arrays.containsKey(ConditionShape.WORDS) ? encoder.unknown(prompt) : List.of();
    }

    /** What stands in the place of a dropped condition, by name: the conditions of an empty text. Words are zero there, and left out. */
    public Map<String, float[]> nulls() {
        return ofText(null);
    }

    /** The row of a text, encoded now. */
    byte[] row(String text) {
        return encoder.row(text);
    }

    /** The id of the texts that it encodes; null if prompts give words alone. */
    String id() {
        return texts == null ? null : texts.id();
    }

    /** The conditions of a text, encoded if the JVM has not kept it. */
    private Map<String, float[]> ofText(String text) {
        var values = new TreeMap<String, float[]>();
        if (texts == null) {
            return values;
        }
        var row = TextCache.ofThisJvm().get(texts.key(text), () -> encoder.row(text));
        arrays.forEach((name, array) -> {
            var column = LatentSchema.condition(name);
            if (texts.columns().containsKey(column)) {
                values.put(name, array.dtype().decode(texts.column(row, column)));
            }
        });
        return values;
    }

    @Override
    public void close() {
        encoder.close();
    }
}
