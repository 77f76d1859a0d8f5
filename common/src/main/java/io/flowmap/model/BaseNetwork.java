package io.flowmap.model;

import io.flowmap.checkpoint.Tensors;
import java.util.List;

/**
 * A published network whose weights are used as they are, in the types of its files. They never become one vector.
 *
 * @param spec the network as a velocity field
 * @param weights arrays by the names of its parameters
 * @param inPlace whether the files have the arrays under these names, so that they can be mapped where they are
 */
public record BaseNetwork(NetworkSpec spec, Tensors weights, boolean inPlace) {
    /**
     * What the files of a network that takes any size do not tell.
     *
     * @param height height of the images in pixels
     * @param width width of the images in pixels
     * @param textTokens number of text tokens
     * @param axes widths of the rotary embedding's axes, where no config.json has them
     */
    public record Use(int height, int width, int textTokens, List<Integer> axes) {
        public Use {
            if (height < 1 || width < 1 || textTokens < 1) {
                throw new IllegalArgumentException("expected a positive height, width and number of text tokens, got "
                        + height + ", " + width + " and " + textTokens);
            }
            axes = List.copyOf(axes);
        }
    }
}
