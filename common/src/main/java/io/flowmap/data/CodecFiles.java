package io.flowmap.data;

import java.io.Serializable;

/**
 * The files of a frozen autoencoder between images and latents.
 *
 * @param kind file format
 * @param encoder encoder file, null if nothing is encoded
 * @param decoder decoder file, null if nothing is decoded; the encoder's for {@link Kind#FLUX}
 * @param signed whether its images lie in [-1, 1] instead of [0, 1]; used by {@link Kind#ONNX} only
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
        if (kind == Kind.FLUX && (encoder == null || !encoder.equals(decoder))) {
            throw new IllegalArgumentException("expected one place of encoder and decoder of FLUX.1's autoencoder, got "
                    + encoder + " and " + decoder);
        }
    }

    /** Kinds of codecs. */
    public enum Kind {
        /** The tiny autoencoder of FLUX.2's latents, as torch or safetensors files. */
        TAEF2,
        /** Any autoencoder, as ONNX. */
        ONNX,
        /** The autoencoder of FLUX.1: diffusers' folder or BFL's file. */
        FLUX
    }
}
