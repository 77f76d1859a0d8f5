package io.flowmap.eval.prompt;

import io.flowmap.eval.feature.OnnxConfig;
import java.util.List;

/**
 * The section {@code evaluate.image-text}: what networks of an image and a text get.
 *
 * @param tokenizer tokenizer.json of Hugging Face, blank for the one beside the network
 * @param maxTokens most tokens of a text where the file does not fix their number
 * @param side width and height of the network's images in pixels, 0 if the file fixes them
 * @param mean mean of each colour in 0..1, subtracted from the pixels
 * @param deviation standard deviation of each colour, by which the pixels are divided
 */
public record ImageTextConfig(String tokenizer, int maxTokens, int side, List<Double> mean, List<Double> deviation) {
    public ImageTextConfig {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("expected max-tokens of 1 or more, got " + maxTokens);
        }
        var checked = new OnnxConfig(side, mean, deviation);
        mean = checked.mean();
        deviation = checked.deviation();
    }

    OnnxConfig images() {
        return new OnnxConfig(side, mean, deviation);
    }
}
