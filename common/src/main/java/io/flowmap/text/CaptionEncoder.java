package io.flowmap.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.flowmap.codec.OnnxSession;
import io.flowmap.config.UserError;
import io.flowmap.data.DataFacts;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.text.TextFacts;
import io.flowmap.file.Sha256;
import io.flowmap.nn.ConditionShape;
import io.flowmap.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Computes tokens, embeddings and conditions of captions. Not thread-safe: use one instance for each task. */
public final class CaptionEncoder implements AutoCloseable {
    private static final String IDS = "input_ids";
    private static final String MASK = "attention_mask";

    private final TextSource source;
    private final HuggingFaceTokenizer tokenizer;
    private final String tokenizerHash;
    private final OnnxSession model;
    private final List<ConditionEncoder> conditions;
    private final TextFacts texts;

    private CaptionEncoder(
            TextSource source,
            HuggingFaceTokenizer tokenizer,
            String tokenizerHash,
            OnnxSession model,
            List<ConditionEncoder> conditions) {
        this.source = source;
        this.tokenizer = tokenizer;
        this.tokenizerHash = tokenizerHash;
        this.model = model;
        this.conditions = conditions;
        this.texts = conditions.isEmpty() ? null : texts(conditions);
    }

    /**
     * Facts about the stored captions, for the manifest.
     *
     * @param tokens number of tokens of every caption; without a tokenizer this and the hash are null
     * @param encoderSha256 hash of the ONNX encoder; without one this, shape and type are null
     * @param embeddingShape shape of one caption's embedding
     * @param conditions encoders of the conditions by name, null without any
     * @param words words of the captions, null without the condition of that name
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Facts(
            String tokenizerSha256,
            Integer tokens,
            String encoderSha256,
            long[] embeddingShape,
            DType embeddingDtype,
            Map<String, ConditionEncoder.Facts> conditions,
            Vocabulary words) {}

    /** Opens the tokenizers and encoders of a non-empty source. Throws {@link UserError} if a file cannot be read. */
    public static CaptionEncoder open(Configuration hadoop, TextSource source) {
        var conditions = source.conditions().stream()
                .map(condition -> ConditionEncoder.open(hadoop, condition, source.dtype()))
                .toList();
        if (source.tokenizer() == null) {
            return new CaptionEncoder(source, null, null, null, conditions);
        }
        var file = TokenizerFile.read(hadoop, new Path(source.tokenizer()));
        var tokenizer = file.open(source.maxTokens(), true);
        return new CaptionEncoder(source, tokenizer, file.hash(), model(hadoop, source), conditions);
    }

    /** Facts about the stored captions. */
    public Facts facts() {
        var facts = new TreeMap<String, ConditionEncoder.Facts>();
        conditions.forEach(condition -> facts.put(condition.source().condition(), condition.facts()));
        long[] shape =
                model == null ? null : embed(List.of(tokenizer.encode(""))).shape();
        return new Facts(
                tokenizerHash,
                tokenizer == null ? null : source.maxTokens(),
                model == null ? null : model.hash(),
                shape == null ? null : Arrays.copyOfRange(shape, 1, shape.length),
                shape == null ? null : source.dtype(),
                facts.isEmpty() ? null : facts,
                source.vocabulary());
    }

    /** Hashes of the files that give the conditions of texts, by the setting that names them. */
    public SortedMap<String, String> hashes() {
        var hashes = new TreeMap<String, String>();
        for (var condition : conditions) {
            var setting = condition.source().setting();
            hashes.put(
                    setting + ".weights " + condition.source().weights(),
                    condition.facts().encoderSha256());
            hashes.put("the tokenizer of " + setting, condition.facts().tokenizerSha256());
        }
        return hashes;
    }

    /** How the conditions of texts are stored, without files; null if there are none. */
    public TextFacts texts() {
        return texts;
    }

    private static TextFacts texts(List<ConditionEncoder> conditions) {
        var id = new StringBuilder();
        var columns = new TreeMap<String, Integer>();
        for (var condition : conditions) {
            var name = condition.source().condition();
            var facts = condition.facts();
            var array = condition.array();
            id.append(String.join(
                    " ",
                    name,
                    facts.tokenizerSha256(),
                    facts.encoderSha256(),
                    facts.tokens() + "",
                    array.shape().toString(),
                    array.dtype().text() + "\n"));
            int size = array.shape().stream().reduce(array.dtype().bytes(), Math::multiplyExact);
            columns.put(LatentSchema.condition(name), size);
            columns.put(LatentSchema.tokens(name), Integer.BYTES * facts.tokens());
        }
        return new TextFacts(Sha256.of(id.toString().getBytes(StandardCharsets.UTF_8)), columns, List.of());
    }

    /** Shapes and element types of the conditions, by name. */
    public Map<String, DataFacts.ArrayFacts> conditions() {
        var arrays = new TreeMap<String, DataFacts.ArrayFacts>();
        conditions.forEach(condition -> arrays.put(condition.source().condition(), condition.array()));
        if (source.vocabulary() != null) {
            arrays.put(ConditionShape.WORDS, source.vocabulary().array());
        }
        return arrays;
    }

    /**
     * Encodes captions, for the ONNX encoder in one pass.
     *
     * @param captions null for records without a caption; these get the conditions of an empty caption and nothing else
     * @return bytes of each record by column of {@link LatentSchema}; tokens are int32, little endian
     */
    public List<Map<String, byte[]>> encode(List<String> captions) {
        var present = captions.stream().filter(Objects::nonNull).toList();
        var plain = plain(present).iterator();
        var encoded = new ArrayList<Map<String, byte[]>>();
        for (var caption : captions) {
            var columns = new TreeMap<>(caption == null ? Map.of() : plain.next());
            conditions.forEach(condition -> encode(condition, caption, columns));
            if (source.vocabulary() != null) {
                columns.put(LatentSchema.condition(ConditionShape.WORDS), DType.FLOAT32.encode(words(caption)));
            }
            encoded.add(columns);
        }
        return encoded;
    }

    /** The row of a text in the store of texts; null counts as the empty text. */
    public byte[] row(String text) {
        var columns = new TreeMap<String, byte[]>();
        conditions.forEach(condition -> encode(condition, text, columns));
        return texts.row(columns);
    }

    /** Words of a caption that the vocabulary lacks. */
    List<String> unknown(String caption) {
        return source.vocabulary().unknown(caption);
    }

    /** Numbers of the words of a caption, [length]; all 0 for null. */
    float[] words(String caption) {
        return source.vocabulary().numbers(caption);
    }

    private static void encode(ConditionEncoder condition, String caption, Map<String, byte[]> columns) {
        var name = condition.source().condition();
        var values = condition.encode(caption);
        columns.put(LatentSchema.condition(name), values.values());
        columns.put(LatentSchema.tokens(name), bytes(values.tokens()));
    }

    /** Tokens and embeddings of captions. */
    private List<Map<String, byte[]>> plain(List<String> captions) {
        if (tokenizer == null || captions.isEmpty()) {
            return Collections.nCopies(captions.size(), Map.of());
        }
        var encodings = captions.stream().map(tokenizer::encode).toList();
        var values = model == null ? new float[0] : embed(encodings).values();
        int size = values.length / captions.size();
        var plain = new ArrayList<Map<String, byte[]>>();
        for (int i = 0; i < captions.size(); i++) {
            var columns = new TreeMap<String, byte[]>();
            columns.put(LatentSchema.TOKENS, bytes(encodings.get(i).getIds()));
            if (model != null) {
                var embedding = source.dtype().encode(Arrays.copyOfRange(values, i * size, (i + 1) * size));
                columns.put(LatentSchema.EMBEDDING, embedding);
            }
            plain.add(columns);
        }
        return plain;
    }

    @Override
    public void close() {
        conditions.forEach(ConditionEncoder::close);
        if (tokenizer != null) {
            tokenizer.close();
        }
        if (model != null) {
            model.close();
        }
    }

    private OnnxSession.Values embed(List<ai.djl.huggingface.tokenizers.Encoding> encodings) {
        int length = source.maxTokens();
        var ids = new long[encodings.size() * length];
        var mask = new long[ids.length];
        for (int i = 0; i < encodings.size(); i++) {
            System.arraycopy(encodings.get(i).getIds(), 0, ids, i * length, length);
            System.arraycopy(encodings.get(i).getAttentionMask(), 0, mask, i * length, length);
        }
        var inputs = new HashMap<String, long[]>();
        inputs.put(IDS, ids);
        if (model.inputs().contains(MASK)) {
            inputs.put(MASK, mask);
        }
        var output = source.output() == null ? model.outputs().get(0) : source.output();
        var values = model.run(inputs, new long[] {encodings.size(), length}, output);
        if (values.shape().length < 2 || values.shape()[0] != encodings.size()) {
            throw new UserError("cannot embed captions: expected " + encodings.size() + " arrays as " + output
                    + " of the text encoder, got " + Arrays.toString(values.shape()));
        }
        return values;
    }

    private static OnnxSession model(Configuration hadoop, TextSource source) {
        return source.encoder() == null
                ? null
                : OnnxSession.open(hadoop, "an ONNX file of a text encoder", new Path(source.encoder()));
    }

    private static byte[] bytes(long[] tokens) {
        var buffer = ByteBuffer.allocate(tokens.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long token : tokens) {
            buffer.putInt(Math.toIntExact(token));
        }
        return buffer.array();
    }
}
