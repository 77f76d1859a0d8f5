package io.flowmap.ingest.write;

import io.flowmap.data.LatentShape;
import io.flowmap.data.PixelEncoder;
import io.flowmap.tensor.DType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Table of the stored code of each of the 256 values of each channel. This is possible because a pixel encoder works on each pixel
 * independently.
 */
public final class PixelTable {
    private static final int VALUES = 256;
    private static final int SIDE = 16;

    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);

    private final int width;
    private final int[][] codes;
    private final boolean exact;

    /**
     * @param dtype element type of the stored latents, of two or four bytes
     * @param channels channels of the images
     */
    public PixelTable(PixelEncoder encoder, DType dtype, int channels) {
        var shape = new LatentShape(channels, SIDE, SIDE);
        byte[] pixels = new byte[shape.size()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) i;
        }
        float[] latent = new float[shape.size()];
        encoder.encode(pixels, latent, shape);
        byte[] stored = dtype.encode(latent);
        byte[] back = new byte[shape.size()];
        encoder.decode(dtype.decode(stored), back, shape);
        this.exact = Arrays.equals(pixels, back);
        this.width = dtype.bytes();
        this.codes = new int[channels][VALUES];
        for (int i = 0; i < latent.length; i++) {
            codes[i / VALUES][i % VALUES] = width == Short.BYTES
                    ? (short) SHORTS.get(stored, Short.BYTES * i)
                    : (int) INTS.get(stored, Integer.BYTES * i);
        }
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    /** Whether every value of every channel is restored exactly from storage. */
    public boolean isExact() {
        return exact;
    }

    /** Encodes an image [C,H,W] to its stored latent. */
    byte[] encode(byte[] pixels) {
        byte[] stored = new byte[Math.multiplyExact(pixels.length, width)];
        int plane = pixels.length / codes.length;
        for (int c = 0; c < codes.length; c++) {
            int[] code = codes[c];
            for (int i = c * plane; i < (c + 1) * plane; i++) {
                if (width == Short.BYTES) {
                    SHORTS.set(stored, Short.BYTES * i, (short) code[pixels[i] & 0xff]);
                } else {
                    INTS.set(stored, Integer.BYTES * i, code[pixels[i] & 0xff]);
                }
            }
        }
        return stored;
    }
}
