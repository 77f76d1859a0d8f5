package io.flowmap.ingest.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Parses the segments between a JPEG's markers (ITU-T T.81, annex B). Damage is ignored here and found by the decoder. */
final class JpegSegments {
    private static final byte[] PROFILE = "ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.US_ASCII);
    private static final int APP2 = 0xe2;
    private static final int APP14 = 0xee;
    private static final int START_OF_SCAN = 0xda;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int FRAME_BYTES = 10;
    private static final int TRANSFORM = 15;

    private JpegSegments() {}

    /**
     * A frame header (B.2.2).
     *
     * @param process 0 baseline, 1 extended, 2 progressive, each with Huffman codes; higher numbers are other processes
     * @param precision bits per sample
     */
    record Frame(int process, int precision, ImageSize size, int components) {
        /** Whether every decoder supports it: 8 bits, gray or three colours, a common process. */
        boolean common() {
            return process <= 2 && precision == 8 && (components == 1 || components == 3);
        }
    }

    /** The frame header; empty if it is not in sequence with the other segments or leaves the height open. */
    static Optional<Frame> frame(byte[] jpeg) {
        int at = 2;
        while (at + FRAME_BYTES <= jpeg.length && marks(jpeg, at) && code(jpeg, at) != START_OF_SCAN) {
            if (startsFrame(code(jpeg, at))) {
                var header = ByteBuffer.wrap(jpeg);
                int height = header.getShort(at + 5) & 0xffff;
                int width = header.getShort(at + 7) & 0xffff;
                if (height == 0 || width == 0) {
                    return Optional.empty();
                }
                var size = new ImageSize(height, width);
                return Optional.of(new Frame(code(jpeg, at) - 0xc0, jpeg[at + 4] & 0xff, size, jpeg[at + 9] & 0xff));
            }
            at = end(jpeg, at);
        }
        return Optional.empty();
    }

    /** The colour transform in Adobe's marker, 0 if there is none. For four components 0 means inks. */
    static int transform(byte[] jpeg) {
        int transform = 0;
        int at = 2;
        while (at + TRANSFORM < jpeg.length && marks(jpeg, at) && code(jpeg, at) != START_OF_SCAN) {
            if (begins(jpeg, at, end(jpeg, at), APP14, ADOBE)) {
                transform = jpeg[at + TRANSFORM];
            }
            at = end(jpeg, at);
        }
        return transform;
    }

    /** Whether the file ends with the end marker of a JPEG. */
    static boolean ends(byte[] jpeg) {
        return (jpeg[jpeg.length - 2] & 0xff) == 0xff && code(jpeg, jpeg.length - 2) == END_OF_IMAGE;
    }

    /** The same file without colour profiles. Java's readers would apply them; Pillow and EDM2 do not. */
    static byte[] withoutProfiles(byte[] jpeg) {
        var kept = new ByteArrayOutputStream(jpeg.length);
        int at = 2;
        kept.write(jpeg, 0, 2);
        while (at + 4 <= jpeg.length && marks(jpeg, at) && code(jpeg, at) != START_OF_SCAN) {
            int end = Math.min(end(jpeg, at), jpeg.length);
            if (!begins(jpeg, at, end, APP2, PROFILE)) {
                kept.write(jpeg, at, end - at);
            }
            at = end;
        }
        kept.write(jpeg, at, jpeg.length - at);
        return kept.size() == jpeg.length ? jpeg : kept.toByteArray();
    }

    private static int code(byte[] jpeg, int at) {
        return jpeg[at + 1] & 0xff;
    }

    /** Offset of the segment after this one. */
    private static int end(byte[] jpeg, int at) {
        return at + 2 + ((jpeg[at + 2] & 0xff) << 8 | jpeg[at + 3] & 0xff);
    }

    private static boolean marks(byte[] jpeg, int at) {
        int code = code(jpeg, at);
        return (jpeg[at] & 0xff) == 0xff && code >= 0xc0 && code != 0xff && (code < 0xd0 || code > 0xd9);
    }

    /** Whether a marker starts a frame: 0xc0 to 0xcf except Huffman tables, extensions and arithmetic conditioning. */
    private static boolean startsFrame(int code) {
        return code >= 0xc0 && code <= 0xcf && code != 0xc4 && code != 0xc8 && code != 0xcc;
    }

    /** Whether a segment has this marker code and its content begins with this name. */
    private static boolean begins(byte[] jpeg, int at, int end, int code, byte[] name) {
        int from = at + 4;
        return code(jpeg, at) == code
                && end - from >= name.length
                && Arrays.equals(jpeg, from, from + name.length, name, 0, name.length);
    }
}
