package io.flowmap.data;

import java.io.Serializable;

/**
 * A frozen autoencoder between images and latents, by its files.
 *
 * @param kind how the files are read
 * @param encoder file, null if nothing is to be encoded
 * @param decoder file, null if nothing is to be decoded
 * @param signed whether its images lie in [-1, 1], else in [0, 1]; read by {@link Kind#ONNX}
 */
public record CodecFiles(Kind kind, String encoder, String decoder, boolean signed) implements Serializable {
    public CodecFiles {
        if (kind == null) {
            throw new IllegalArgumentException("expected a kind of codec, got none");
        }
        if (kind == Kind.TAEF2 && (encoder == null || decoder == null)) {
            throw new IllegalArgumentException("expected files of encoder and decoder of TAEF2, got encoder " + encoder
                    + " and decoder " + decoder);
        }
    }

    /** Forms of codecs. */
    public enum Kind {
        /** The tiny autoencoder of FLUX.2's latents, as torch or safetensors files. */
        TAEF2,
        /** Any autoencoder, as ONNX. */
        ONNX
    }
}
