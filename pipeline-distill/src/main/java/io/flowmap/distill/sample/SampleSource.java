package io.flowmap.distill.sample;

import io.flowmap.data.ConditionSource;
import io.flowmap.data.Encoder;
import io.flowmap.data.LatentShape;
import io.flowmap.flow.TimeShift;
import java.io.Serializable;

/**
 * What samples are drawn from, whatever the model.
 *
 * @param shape of the latents
 * @param encoder encoding of the latents, for decoding to pixels
 * @param conditions of the samples
 * @param shift of the times
 * @param seed of the noise
 * @param batch samples drawn at once
 */
public record SampleSource(
        LatentShape shape, Encoder encoder, ConditionSource conditions, TimeShift shift, long seed, int batch)
        implements Serializable {}
