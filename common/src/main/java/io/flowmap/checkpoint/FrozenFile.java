package io.flowmap.checkpoint;

import java.io.Serializable;

/**
 * A safetensors file of weights that nobody changes.
 *
 * @param path of any Hadoop file system
 * @param sha256 of the bytes of its arrays, in their order
 */
public record FrozenFile(String path, String sha256) implements Serializable {}
