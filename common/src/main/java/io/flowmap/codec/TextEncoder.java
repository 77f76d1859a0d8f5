package io.flowmap.codec;

import io.flowmap.checkpoint.foreign.ConfigFile;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import io.flowmap.model.FrozenNetwork;
import io.flowmap.model.FrozenWeights;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.text.ClipText;
import io.flowmap.nn.text.T5Encoder;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A frozen text encoder of FLUX.1, in float32 with weights mapped once for each JVM. It takes one caption at a time, so that its memory and
 * its results do not depend on a batch. Not thread-safe: use one instance for each task.
 */
public final class TextEncoder implements AutoCloseable {
    private final Kind kind;
    private final Opened opened;
    private final INDArray table;
    private final Recompiled network;

    /** Encoders of FLUX.1. */
    public enum Kind {
        /** T5: the last hidden state of every token. */
        T5("a T5 encoder"),
        /** CLIP: the pooled output of the caption. */
        CLIP("a CLIP text encoder");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** What its files hold, for messages. */
        public String words() {
            return words;
        }
    }

    /**
     * The network and its weights.
     *
     * @param table name of the embeddings of the tokens
     * @param most largest number of tokens of a caption
     * @param padding token that fills a caption up, -1 for its last token
     */
    private record Opened(FrozenWeights weights, FrozenNetwork.Graph graph, String table, int most, int padding) {}

    private TextEncoder(Kind kind, Opened opened) {
        this.kind = kind;
        this.opened = opened;
        this.table = opened.weights().arrays().get(opened.table());
        this.network = new Recompiled(opened.weights().arrays(), opened.graph());
    }

    /**
     * Opens an encoder.
     *
     * @param place folder of transformers ({@code config.json} and safetensors, sharded or not), or a safetensors file beside its {@code
     *     config.json}
     * @throws UserError if the files cannot be read or hold something else
     */
    public static TextEncoder open(Configuration hadoop, Kind kind, Path place) {
        var config = ConfigFile.read(hadoop, new Path(folder(hadoop, kind, place), ConfigFile.NAME));
        return new TextEncoder(
                kind,
                switch (kind) {
                    case T5 -> t5(hadoop, place, T5Encoder.Config.of(config));
                    case CLIP -> clip(hadoop, place, ClipText.Config.of(config));
                });
    }

    /** The folder of an encoder's files. */
    public static Path folder(Configuration hadoop, Kind kind, Path place) {
        try {
            return Store.of(hadoop, place).getFileStatus(place).isDirectory() ? place : place.getParent();
        } catch (IOException e) {
            throw Store.failure("cannot read " + kind.words() + " from " + place, e);
        }
    }

    private static Opened t5(Configuration hadoop, Path place, T5Encoder.Config config) {
        var network = new T5Encoder(config);
        var weights = weights(hadoop, Kind.T5, place, network.parameters(), T5Encoder::parameter);
        return new Opened(
                weights,
                (layers, x) -> List.of(network.apply(layers.scope(), x)),
                T5Encoder.TABLE,
                Integer.MAX_VALUE,
                config.padding());
    }

    private static Opened clip(Configuration hadoop, Path place, ClipText.Config config) {
        var network = new ClipText(config);
        var weights = weights(hadoop, Kind.CLIP, place, network.parameters(), ClipText::parameter);
        return new Opened(
                weights,
                (layers, x) -> List.of(network.apply(layers.scope(), x)),
                ClipText.TABLE,
                config.positions(),
                -1);
    }

    private static FrozenWeights weights(
            Configuration hadoop, Kind kind, Path place, List<Parameter> parameters, UnaryOperator<String> names) {
        return FrozenWeights.open(hadoop, kind.words(), place, parameters, names);
    }

    /** SHA-256 of the weights. */
    public String hash() {
        return opened.weights().hash();
    }

    /** Number of tokens that the encoder knows. */
    public long vocabulary() {
        return table.size(0);
    }

    /** Shape of the result for a number of tokens T: [T,D] of T5, [D] of CLIP. Throws {@link UserError} if T is too large. */
    public List<Integer> shape(int tokens) {
        if (tokens > opened.most()) {
            throw new UserError("cannot encode captions of " + tokens + " tokens: expected at most " + opened.most()
                    + ", the positions of " + kind.words());
        }
        int width = (int) table.size(1);
        return kind == Kind.T5 ? List.of(tokens, width) : List.of(width);
    }

    /** The tokens of a caption, filled up to a length. A caption has at least one token, its end. */
    public long[] padded(long[] tokens, int length) {
        var padded = Arrays.copyOf(tokens, length);
        Arrays.fill(padded, tokens.length, length, opened.padding() < 0 ? tokens[tokens.length - 1] : opened.padding());
        return padded;
    }

    /** Encodes a caption, padding included. Throws {@link UserError} for a token beyond the vocabulary. */
    public float[] encode(long[] tokens) {
        int width = (int) table.size(1);
        var embedded = new float[tokens.length * width];
        for (int i = 0; i < tokens.length; i++) {
            System.arraycopy(row(tokens[i]), 0, embedded, i * width, width);
        }
        var hidden = network.apply(embedded, 1, tokens.length, width);
        int end = ClipText.end(tokens);
        return kind == Kind.T5 ? hidden : Arrays.copyOfRange(hidden, end * width, (end + 1) * width);
    }

    @Override
    public void close() {
        network.close();
    }

    private float[] row(long token) {
        if (token < 0 || token >= table.size(0)) {
            throw new UserError("cannot encode captions with " + kind.words() + ": expected tokens below "
                    + table.size(0) + ", got " + token + ": the tokenizer belongs to another encoder");
        }
        return table.getRow(token).castTo(DataType.FLOAT).dup().data().asFloat();
    }
}
