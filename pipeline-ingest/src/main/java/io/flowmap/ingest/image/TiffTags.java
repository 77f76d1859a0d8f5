package io.flowmap.ingest.image;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageMetadata;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Map;

/** Tags of a TIFF's first directory (TIFF 6.0). Numbers are unsigned. */
record TiffTags(TIFFImageMetadata directory) {
    private static final int BITS = 258;
    private static final int COMPRESSION = 259;
    private static final int PHOTOMETRIC = 262;
    private static final int STRIPS = 273;
    private static final int ORIENTATION = 274;
    private static final int SAMPLES = 277;
    private static final int STRIP_BYTES = 279;
    private static final int PLANES = 284;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int TILES = 324;
    private static final int TILE_BYTES = 325;
    private static final int EXTRA_SAMPLES = 338;
    private static final int SAMPLE_FORMAT = 339;
    private static final int SUBSAMPLING = 530;

    private static final int JPEG = 7;
    private static final int YCBCR = 6;
    private static final int FLOATING = 3;

    private static final int MOST_SAMPLES = 6;
    private static final long MOST_TILE_PIXELS = 1 << 24;
    /** Compressions that libtiff supports and TwelveMonkeys does not, or only in part. */
    private static final Map<Long, String> UNKNOWN =
            Map.of(6L, "old-style JPEG (TIFF 6.0)", 34925L, "LZMA", 50000L, "Zstandard", 50001L, "WebP");

    /** Meaning of the samples. */
    enum Colors {
        GRAY,
        RGB,
        INKS
    }

    /** Throws {@link UnreadableRecord} if the file uses an unsupported feature or lacks bytes of the image. */
    void check(int length) throws UnreadableRecord {
        long compression = first(COMPRESSION, 1);
        if (UNKNOWN.containsKey(compression)) {
            throw new UnreadableRecord("TIFF compressed by " + UNKNOWN.get(compression));
        }
        if (first(SAMPLES, 1) > MOST_SAMPLES) {
            throw new UnreadableRecord("TIFF of " + first(SAMPLES, 1) + " channels");
        }
        colors();
        if (first(PHOTOMETRIC, -1) == 0 && first(BITS, 1) > Byte.SIZE) {
            throw new UnreadableRecord("TIFF of more than 8 bits with white as 0");
        }
        if (first(SAMPLE_FORMAT, 1) == FLOATING) {
            throw new UnreadableRecord("TIFF of floating point numbers");
        }
        boolean odd = first(PLANES, 1) == 2 || Arrays.stream(all(SUBSAMPLING)).anyMatch(n -> n > 2);
        if (first(PHOTOMETRIC, -1) == YCBCR && compression != JPEG && odd) {
            throw new UnreadableRecord("TIFF of YCbCr in planes or with chroma subsampled by more than 2");
        }
        if (first(TILE_WIDTH, 1) * first(TILE_HEIGHT, 1) > MOST_TILE_PIXELS) {
            throw new UnreadableRecord("TIFF with tiles of more than " + MOST_TILE_PIXELS + " pixels");
        }
        boolean tiled = directory.getTIFFField(TILES) != null;
        long[] offsets = all(tiled ? TILES : STRIPS);
        long[] bytes = all(tiled ? TILE_BYTES : STRIP_BYTES);
        for (int i = 0; i < Math.min(offsets.length, bytes.length); i++) {
            if (offsets[i] + bytes[i] > length) {
                throw new UnreadableRecord("truncated TIFF");
            }
        }
    }

    Colors colors() throws UnreadableRecord {
        int photometric = (int) first(PHOTOMETRIC, -1);
        return switch (photometric) {
            case 0, 1, 3 -> Colors.GRAY;
            case 2, 6 -> Colors.RGB;
            case 5 -> Colors.INKS;
            default -> throw new UnreadableRecord("TIFF of photometric interpretation " + photometric);
        };
    }

    boolean premultiplied() {
        return first(EXTRA_SAMPLES, 0) == 1;
    }

    boolean upright() {
        return !transposed() && !upsideDown() && !mirrored();
    }

    /** Whether rows and columns must be exchanged before the image is rotated. */
    boolean transposed() {
        return turn() >= 5;
    }

    boolean upsideDown() {
        return turn() == 3 || turn() == 4 || turn() == 6 || turn() == 7;
    }

    boolean mirrored() {
        return turn() == 2 || turn() == 3 || turn() == 7 || turn() == 8;
    }

    private long turn() {
        long turn = first(ORIENTATION, 1);
        return turn > 8 ? 1 : turn;
    }

    private long first(int tag, long missing) {
        long[] values = all(tag);
        return values.length == 0 ? missing : values[0];
    }

    private long[] all(int tag) {
        var field = directory.getTIFFField(tag);
        if (field == null) {
            return new long[0];
        }
        var value = field.getValue();
        if (value instanceof Number number) {
            return new long[] {number.longValue()};
        }
        long[] all = new long[Array.getLength(value)];
        for (int i = 0; i < all.length; i++) {
            all[i] = ((Number) Array.get(value, i)).longValue();
        }
        return all;
    }
}
