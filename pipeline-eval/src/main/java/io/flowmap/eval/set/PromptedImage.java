package io.flowmap.eval.set;

import java.io.Serializable;

/**
 * An image with its prompt, or a real one with its caption.
 *
 * @param index in its set; samples of two sets with the same index have the same noise
 * @param pixels uint8 [C,H,W]
 */
public record PromptedImage(long index, String prompt, byte[] pixels) implements Serializable {}
