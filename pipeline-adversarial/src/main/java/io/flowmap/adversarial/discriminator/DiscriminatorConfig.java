package io.flowmap.adversarial.discriminator;

import io.flowmap.data.LatentShape;
import io.flowmap.nn.ConditionShape;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Size of a StyleGAN2 discriminator.
 *
 * @param shape shape of its input images or latents
 * @param condition condition of the projection; without one the discriminator is unconditional
 * @param channelBase channels of a level times its height (StyleGAN2: channel_base)
 * @param channelMax largest number of channels of a level (channel_max)
 * @param groupSize largest number of samples in a group of the minibatch deviation (mbstd_group_size)
 * @param deviationChannels channels added by the minibatch deviation, 0 = none (mbstd_num_channels)
 * @param mappingLayers layers of the condition's mapping network after the embedding (num_layers)
 * @param mappingWidth width of the mapping network and the projection, 0 = width of the last level (cmap_dim)
 * @param mappingRate learning rate of the mapping layers relative to the rest (lr_multiplier), > 0
 * @param clamp limit of the activations (conv_clamp), 0 = none
 */
public record DiscriminatorConfig(
        LatentShape shape,
        ConditionShape condition,
        int channelBase,
        int channelMax,
        int groupSize,
        int deviationChannels,
        int mappingLayers,
        int mappingWidth,
        double mappingRate,
        double clamp)
        implements Serializable {
    private static final int SMALLEST = 4;

    public DiscriminatorConfig {
        atLeast("channel-base", channelBase, shape.height());
        atLeast("channel-max", channelMax, 1);
        atLeast("group-size", groupSize, 1);
        atLeast("deviation-channels", deviationChannels, 0);
        atLeast("mapping-layers", mappingLayers, 1);
        atLeast("mapping-width", mappingWidth, 0);
        if (!(mappingRate > 0) || !(clamp >= 0)) {
            throw new IllegalArgumentException(
                    "expected mapping-rate > 0 and clamp >= 0, got " + mappingRate + ", " + clamp);
        }
        if (levels(shape).size() < 2) {
            throw new IllegalArgumentException(
                    "expected images whose sides are even and at least " + 2 * SMALLEST + ", got " + shape);
        }
        int last = Math.min(channelBase / levels(shape).get(levels(shape).size() - 1), channelMax);
        if (deviationChannels > 0 && last % deviationChannels != 0) {
            throw new IllegalArgumentException("expected deviation-channels that divide the last level's " + last
                    + " channels, got " + deviationChannels);
        }
    }

    /** Heights of the levels: halved while both sides are even and at least 8. Powers of two end at 4 as in StyleGAN2; 28 ends at 7. */
    public List<Integer> levels() {
        return levels(shape);
    }

    private static List<Integer> levels(LatentShape shape) {
        var levels = new ArrayList<Integer>();
        int height = shape.height();
        int width = shape.width();
        levels.add(height);
        while (height % 2 == 0 && width % 2 == 0 && Math.min(height, width) >= 2 * SMALLEST) {
            height /= 2;
            width /= 2;
            levels.add(height);
        }
        return levels;
    }

    /** Channels of a level. */
    int channels(int height) {
        return Math.min(channelBase / height, channelMax);
    }

    /** Height of the last level. */
    int last() {
        return levels().get(levels().size() - 1);
    }

    /** Width of the last level. */
    int lastWidth() {
        return shape.width() >> levels().size() - 1;
    }

    /** Width of the mapping network and of the projection; 0 for an unconditional discriminator. */
    int projection() {
        return condition.isEmpty() ? 0 : mappingWidth > 0 ? mappingWidth : channels(last());
    }

    private static void atLeast(String key, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException("expected " + key + " of at least " + least + ", got " + value);
        }
    }
}
