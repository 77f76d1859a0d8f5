package io.flowmap.app.lab;

/**
 * An image of a source.
 *
 * @param name its key in the source
 * @param pixels uint8 [3,H,W]
 */
record NamedImage(String name, byte[] pixels) {}
