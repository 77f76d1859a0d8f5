package io.flowmap.eval.set;

import java.io.Serializable;

/**
 * One image, as input of the feature network.
 *
 * @param index in its set, from 0 without gaps
 * @param label its class, or the class requested from the generator; -1 if none
 * @param pixels uint8 [C,H,W]
 */
public record LabelledImage(long index, int label, byte[] pixels) implements Serializable {}
