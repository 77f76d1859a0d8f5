package io.flowmap.eval.prompt;

import io.flowmap.codec.OnnxSession;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.eval.feature.CentreCrop;
import io.flowmap.eval.table.MetricProtocol.Network;
import io.flowmap.text.TokenizerFile;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A network in an ONNX file that says how well an image and a text fit. Its inputs are one array [N,3,H,W] in float32, the tokens of the
 * text [N,L] and, if it has one, a mask of them whose name contains "mask", as integers.
 *
 * @param kind what its outputs are
 * @param file its name, for messages
 * @param bytes contents of the file
 * @param hash SHA-256 of the file
 * @param images how images become its input
 * @param tokenizer tokenizer of the text
 * @param tokens most tokens of a text
 * @param filled whether shorter texts are filled up, since the file fixes the number of tokens
 */
public record ImageTextModel(
        Kind kind,
        String file,
        byte[] bytes,
        String hash,
        CentreCrop images,
        TokenizerFile tokenizer,
        int tokens,
        boolean filled)
        implements PromptMeasure {
    static final String NETWORK = "an ONNX network from an image [N,3,H,W] and tokens [N,L] to a score";
    private static final String SUFFIX = ".onnx";
    private static final String TRIAL = "a picture";

    /** What such a network gives. */
    public enum Kind {
        /** Embeddings of both; the value is 100 times their cosine, as torchmetrics' CLIPScore before its mean. */
        CLIP("clip:", List.of("image_embeds", "text_embeds")),
        /** One number, the value: a reward. */
        REWARD("reward:", List.of());

        private final String prefix;
        private final List<String> outputs;

        Kind(String prefix, List<String> outputs) {
            this.prefix = prefix;
            this.outputs = outputs;
        }

        /** The kind of a protocol, {@code clip:FILE} or {@code reward:FILE}. */
        static Optional<Kind> of(String protocol) {
            return Arrays.stream(values())
                    .filter(kind -> protocol.startsWith(kind.prefix))
                    .findFirst();
        }
    }

    /** Place of the network of a protocol. */
    public static String file(String protocol) {
        return protocol.substring(Kind.of(protocol).orElseThrow().prefix.length());
    }

    /**
     * Reads the files of a protocol and measures one image of stripes. Throws {@link UserError} if one cannot be read or is no such
     * network.
     *
     * @param protocol {@code clip:FILE} or {@code reward:FILE}
     * @param shape shape of the images
     */
    public static ImageTextModel open(
            Configuration hadoop, String protocol, ImageTextConfig config, LatentShape shape) {
        var kind = Kind.of(protocol).orElseThrow();
        var place = new Path(file(protocol));
        var bytes = OnnxSession.read(hadoop, place);
        var tokenizerFile = config.tokenizer().isBlank()
                ? new Path(place.getParent(), "tokenizer.json")
                : new Path(config.tokenizer());
        var tokenizer = TokenizerFile.read(hadoop, tokenizerFile);
        try (var session = OnnxSession.of(place.toString(), NETWORK, bytes)) {
            var inputs = ImageTextInputs.of(session, place.toString());
            kind.outputs.stream()
                    .filter(name -> !session.outputs().contains(name))
                    .forEach(name -> {
                        throw new UserError("cannot evaluate with " + place + ": expected an output " + name + ", got "
                                + session.outputs());
                    });
            var model = new ImageTextModel(
                    kind,
                    place.getName(),
                    bytes,
                    session.hash(),
                    new CentreCrop(
                            shape,
                            config.images().side(place.toString(), "evaluate.image-text", inputs.side()),
                            config.mean(),
                            config.deviation()),
                    tokenizer,
                    inputs.tokens(config.maxTokens()),
                    inputs.fixesTokens());
            model.check(shape);
            try (var scorer = model.open()) {
                scorer.of(TRIAL, stripes(shape));
            }
            return model;
        }
    }

    private static byte[] stripes(LatentShape shape) {
        var pixels = new byte[shape.size()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i % 2 * 255);
        }
        return pixels;
    }

    List<String> outputs(OnnxSession session) {
        return kind.outputs.isEmpty() ? session.outputs().subList(0, 1) : kind.outputs;
    }

    @Override
    public String name() {
        var stem = file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
        return PREFIX + kind.prefix + stem;
    }

    @Override
    public List<String> values() {
        return List.of("score");
    }

    @Override
    public List<String> groups() {
        return List.of();
    }

    @Override
    public String group(String prompt) {
        return null;
    }

    @Override
    public void check(LatentShape shape) {
        if (shape.channels() != 1 && shape.channels() != 3) {
            throw new UserError("cannot evaluate with " + file + ": expected images of 1 or 3 channels, got " + shape);
        }
    }

    @Override
    public Optional<Network> network() {
        var told = String.format(
                Locale.ROOT,
                "%s; at most %d tokens of the tokenizer with SHA-256 %.12s",
                images.told(),
                tokens,
                tokenizer.hash());
        return Optional.of(new Network(told, file, hash, 1));
    }

    @Override
    public PromptScorer open() {
        return new ImageTextScorer(this);
    }
}
