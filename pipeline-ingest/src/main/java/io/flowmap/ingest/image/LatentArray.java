package io.flowmap.ingest.image;

import io.flowmap.data.LatentShape;
import io.flowmap.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * A NumPy array [C,H,W] of floating-point numbers, the form in which EDM2's {@code dataset_tool encode} stores latents.
 *
 * @param values [C,H,W], all finite
 */
public record LatentArray(LatentShape shape, float[] values) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern HEADER = Pattern.compile(
            "'descr': *'([^']*)'.*'fortran_order': *(True|False).*'shape': *\\(([^)]*)\\)", Pattern.DOTALL);
    private static final int RANK = 3;

    /** Parses a {@code .npy} file. Throws {@link UnreadableRecord} with the reason for the ledger. */
    public static LatentArray read(byte[] npy) throws UnreadableRecord {
        if (npy.length < 12 || !Arrays.equals(npy, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new UnreadableRecord(npy.length == 0 ? "empty file" : "not a NumPy array");
        }
        int wide = npy[6] == 1 ? 2 : 4;
        long length = 0;
        for (int i = 0; i < wide; i++) {
            length |= (npy[8 + i] & 0xffL) << 8 * i;
        }
        int start = 8 + wide;
        if (length > npy.length - start) {
            throw new UnreadableRecord("NumPy array without its data");
        }
        var header = HEADER.matcher(new String(npy, start, (int) length, StandardCharsets.ISO_8859_1));
        if (!header.find()) {
            throw new UnreadableRecord("NumPy array with an unknown header");
        }
        var dtype = dtype(header.group(1));
        if (header.group(2).equals("True")) {
            throw new UnreadableRecord("NumPy array in Fortran's order");
        }
        var shape = shape(header.group(3));
        var data = Arrays.copyOfRange(npy, start + (int) length, npy.length);
        if (data.length != (long) shape.size() * dtype.bytes()) {
            throw new UnreadableRecord(
                    "NumPy array of " + data.length + " bytes, expected " + (long) shape.size() * dtype.bytes());
        }
        return new LatentArray(shape, finite(dtype.decode(data)));
    }

    private static DType dtype(String text) throws UnreadableRecord {
        return switch (text) {
            case "<f2" -> DType.FLOAT16;
            case "<f4" -> DType.FLOAT32;
            case "<f8" -> DType.FLOAT64;
            default -> throw new UnreadableRecord("NumPy array of " + text + ", expected <f2, <f4 or <f8");
        };
    }

    private static LatentShape shape(String text) throws UnreadableRecord {
        try {
            int[] sides = Arrays.stream(text.split(","))
                    .map(String::strip)
                    .filter(side -> !side.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
            if (sides.length == RANK) {
                return new LatentShape(sides[0], sides[1], sides[2]);
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        throw new UnreadableRecord("NumPy array of shape (" + text + "), expected [C,H,W]");
    }

    private static float[] finite(float[] values) throws UnreadableRecord {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new UnreadableRecord("latent with " + value);
            }
        }
        return values;
    }
}
