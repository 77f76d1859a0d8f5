package io.flowmap.eval.prompt;

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
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (maxTokens < 1 || side < 0) {
            throw new IllegalArgumentException(
                    "expected max-tokens of 1 or more and a side of 0 or more, got " + maxTokens + " and " + side);
        }
        if (mean.size() != 3 || deviation.size() != 3 || !deviation.stream().allMatch(d -> d > 0)) {
            throw new IllegalArgumentException(
                    "expected three means and three deviations above 0, got " + mean + " and " + deviation);
        }
    }
}
