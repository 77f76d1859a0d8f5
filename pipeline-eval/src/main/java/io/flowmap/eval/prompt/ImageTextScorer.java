package io.flowmap.eval.prompt;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.flowmap.codec.OnnxSession;
import io.flowmap.config.UserError;
import java.util.HashMap;

/** Scores of an {@link ImageTextModel}, one image at a time. */
final class ImageTextScorer implements PromptScorer {
    private static final double SCALE = 100;

    private final ImageTextModel model;
    private final OnnxSession session;
    private final ImageTextInputs inputs;
    private final HuggingFaceTokenizer tokenizer;

    ImageTextScorer(ImageTextModel model) {
        this.model = model;
        this.session = OnnxSession.of(model.file(), ImageTextModel.NETWORK, model.bytes());
        this.inputs = ImageTextInputs.of(session, model.file());
        this.tokenizer = model.tokenizer().open(model.tokens(), model.filled());
    }

    @Override
    public double[] of(String prompt, byte[] pixels) {
        var encoded = tokenizer.encode(prompt);
        var text = new HashMap<String, long[]>();
        text.put(inputs.tokens(), encoded.getIds());
        if (inputs.mask() != null) {
            text.put(inputs.mask(), encoded.getAttentionMask());
        }
        int side = model.images().side();
        var outputs = model.outputs(session);
        var found = session.run(
                inputs.image(),
                new long[] {1, 3, side, side},
                model.images().of(pixels),
                text,
                new long[] {1, encoded.getIds().length},
                outputs);
        var first = found.get(outputs.get(0)).values();
        double score =
                switch (model.kind()) {
                    case CLIP -> SCALE * cosine(first, found.get(outputs.get(1)).values());
                    case REWARD -> one(first);
                };
        if (!Double.isFinite(score)) {
            throw new UserError("cannot evaluate with " + model.file() + ": expected a finite score of an image and \""
                    + prompt + "\", got " + score);
        }
        return new double[] {score};
    }

    private double cosine(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new UserError("cannot evaluate with " + model.file() + ": expected embeddings of one size, got "
                    + a.length + " and " + b.length);
        }
        double product = 0;
        double ofA = 0;
        double ofB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            ofA += (double) a[i] * a[i];
            ofB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(ofA * ofB);
    }

    private double one(float[] values) {
        if (values.length != 1) {
            throw new UserError("cannot evaluate with " + model.file()
                    + ": expected one number for an image and a text as its first output, got " + values.length);
        }
        return values[0];
    }

    @Override
    public void close() {
        session.close();
        tokenizer.close();
    }
}
