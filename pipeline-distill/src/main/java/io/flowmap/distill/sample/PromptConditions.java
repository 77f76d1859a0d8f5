package io.flowmap.distill.sample;

import io.flowmap.config.UserError;
import io.flowmap.data.ConditionSource;
import io.flowmap.data.Conditions;
import io.flowmap.nn.ConditionShape;
import io.flowmap.text.PromptEncoder;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Conditions of prompts, encoded where samples are drawn: sample i has that of prompt i mod {@code period}.
 *
 * <p>A task encodes a prompt when a batch needs it; its JVM keeps the last ones ({@link io.flowmap.data.text.TextCache}). FLUX.1's T5 gives
 * 4 MB a prompt, so that neither the driver nor a file has to hold those of all prompts, and its pass over 512 tokens (4.7 G weights: 5
 * TFLOP) is an eighth of one step of the transformer at 512 pixels (12 G weights, 1,536 tokens: 37 TFLOP).
 *
 * @param dataDir directory of the ingest output whose captions' encoders are used
 * @param texts prompts from number 0 on, as many as the samples need
 */
record PromptConditions(String dataDir, List<String> texts, int period) implements ConditionSource {
    PromptConditions {
        texts = List.copyOf(texts);
    }

    @Override
    public Reader open(Configuration hadoop, ConditionShape shape) {
        var encoder = PromptEncoder.open(hadoop, new Path(dataDir));
        try {
            requireAll(encoder, shape);
            return new Encoding(this, encoder, shape);
        } catch (RuntimeException e) {
            encoder.close();
            throw e;
        }
    }

    private void requireAll(PromptEncoder encoder, ConditionShape shape) {
        for (var name : shape.arrays().keySet()) {
            if (!encoder.conditions().containsKey(name)) {
                throw new UserError("cannot draw samples for the prompts of a file: expected a network conditioned on "
                        + encoder.conditions().keySet() + ", which prompts give, got one that needs " + name
                        + " too (set generate.prompts.from to captions of the data, such as split:train)");
            }
        }
    }

    private static final class Encoding implements Reader {
        private final PromptConditions prompts;
        private final PromptEncoder encoder;
        private final ConditionShape shape;
        private final Map<String, float[]> nulls;

        Encoding(PromptConditions prompts, PromptEncoder encoder, ConditionShape shape) {
            this.prompts = prompts;
            this.encoder = encoder;
            this.shape = shape;
            this.nulls = encoder.nulls();
        }

        @Override
        public Conditions of(long first, int n) {
            var conditions = Conditions.allocate(n, shape);
            for (int i = 0; i < n; i++) {
                int number = (int) ((first + i) % prompts.period());
                conditions.copy(prompt(number), 0, i, 1);
            }
            return conditions;
        }

        /** Texts end where the samples do; places of a batch after the last sample take the first text. */
        private Conditions prompt(int number) {
            var arrays =
                    encoder.encode(prompts.texts().get(number < prompts.texts().size() ? number : 0));
            arrays.keySet().retainAll(shape.arrays().keySet());
            return new Conditions(new int[] {-1}, arrays, nulls);
        }

        @Override
        public void close() {
            encoder.close();
        }
    }
}
