package io.flowmap.checkpoint.pickle;

import java.nio.charset.Charset;

/** A text too long to be kept, such as the source code that a pickle carries: where it lies. */
public record LongText(Blob encoded, Charset charset) {}
