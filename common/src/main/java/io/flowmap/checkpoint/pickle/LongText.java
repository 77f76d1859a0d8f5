package io.flowmap.checkpoint.pickle;

import java.nio.charset.Charset;

/** Location of a text that is too long to keep in memory, such as source code inside a pickle. */
public record LongText(Blob encoded, Charset charset) {}
