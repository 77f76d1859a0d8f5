package io.flowmap.text;

import java.io.Serializable;

/**
 * A text that samples are drawn for.
 *
 * @param category the group that its list puts it in, null for none
 */
public record Prompt(String text, String category) implements Serializable {}
