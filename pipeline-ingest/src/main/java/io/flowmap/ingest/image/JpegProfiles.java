package io.flowmap.ingest.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Drops the colour profiles of a JPEG, because the readers would convert by them and Pillow and EDM2 do not. */
final class JpegProfiles {
    private static final byte[] PROFILE = "ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII);
    private static final int APP2 = 0xe2;
    private static final int START_OF_SCAN = 0xda;

    private JpegProfiles() {}

    /** The same file without APP2 profile segments; damage is left for the decoder to find. */
    static byte[] drop(byte[] jpeg) {
        var kept = new ByteArrayOutputStream(jpeg.length);
        int at = 2;
        kept.write(jpeg, 0, 2);
        while (at + 4 <= jpeg.length && marks(jpeg, at) && (jpeg[at + 1] & 0xff) != START_OF_SCAN) {
            int end = Math.min(at + 2 + ((jpeg[at + 2] & 0xff) << 8 | jpeg[at + 3] & 0xff), jpeg.length);
            if (!isProfile(jpeg, at, end)) {
                kept.write(jpeg, at, end - at);
            }
            at = end;
        }
        kept.write(jpeg, at, jpeg.length - at);
        return kept.size() == jpeg.length ? jpeg : kept.toByteArray();
    }

    private static boolean marks(byte[] jpeg, int at) {
        int code = jpeg[at + 1] & 0xff;
        return (jpeg[at] & 0xff) == 0xff && code >= 0xc0 && code != 0xff && (code < 0xd0 || code > 0xd9);
    }

    private static boolean isProfile(byte[] jpeg, int at, int end) {
        int from = at + 4;
        return (jpeg[at + 1] & 0xff) == APP2
                && end - from >= PROFILE.length
                && Arrays.equals(jpeg, from, from + PROFILE.length, PROFILE, 0, PROFILE.length);
    }
}
