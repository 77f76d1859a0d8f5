package io.flowmap.ingest.image;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.commons.compress.compressors.lzw.LZWInputStream;

/**
 * Reads the first frame of a GIF on its screen, in the frame's own palette. As in Pillow, the area around the frame has the transparent
 * index or index 0. The JDK's reader is not used: it changes indices beyond the palette and accepts truncated files.
 */
final class GifReader implements FormatReader {
    private static final int SCREEN = 6;
    private static final int EXTENSION = 0x21;
    private static final int CONTROL = 0xf9;
    private static final int IMAGE = 0x2c;
    private static final int TRAILER = 0x3b;
    private static final int INTERLACED = 0x40;
    /** Start row and step of the four passes of an interlaced image. */
    private static final int[][] PASSES = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};

    private static final int[][] ONE_PASS = {{0, 1}};

    /**
     * @param fill index of the area around the frame
     * @param data offset of the compressed indices
     */
    private record Frame(
            ImageSize screen, int left, int top, ImageSize size, int[][] passes, int fill, Palette palette, int data) {}

    @Override
    public ImageSize size(byte[] file) throws UnreadableRecord {
        return frame(file).screen;
    }

    @Override
    public PixelImage decode(byte[] file, int reduction) throws UnreadableRecord {
        var frame = frame(file);
        byte[] unpacked = unpacked(frame, file);
        int height = frame.screen.height();
        int width = frame.screen.width();
        int[] indices = new int[height * width];
        Arrays.fill(indices, frame.fill);
        int at = 0;
        for (var pass : frame.passes) {
            for (int row = pass[0]; row < frame.size.height(); row += pass[1]) {
                int start = (frame.top + row) * width + frame.left;
                for (int column = 0; column < frame.size.width(); column++) {
                    indices[start + column] = unpacked[at++] & 0xff;
                }
            }
        }
        return frame.palette.lookUp(height, width, indices);
    }

    private static Frame frame(byte[] file) throws UnreadableRecord {
        var gif = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(SCREEN);
        try {
            int width = gif.getShort() & 0xffff;
            int height = gif.getShort() & 0xffff;
            int flags = gif.get();
            gif.position(gif.position() + 2);
            var palette = palette(gif, flags, Palette.gray());
            int fill = 0;
            while (true) {
                int block = gif.get() & 0xff;
                if (block == IMAGE) {
                    return frame(gif, width, height, palette, fill);
                } else if (block == TRAILER) {
                    throw new UnreadableRecord("GIF without an image");
                } else if (block == EXTENSION) {
                    boolean control = (gif.get() & 0xff) == CONTROL;
                    var content = ByteBuffer.wrap(blocks(gif));
                    if (control && (content.get(0) & 1) != 0) {
                        fill = content.get(3) & 0xff;
                    }
                }
            }
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new UnreadableRecord("truncated or damaged GIF");
        }
    }

    /** Reads a frame header. A frame that exceeds the screen enlarges it. */
    private static Frame frame(ByteBuffer gif, int screenWidth, int screenHeight, Palette common, int fill) {
        int left = gif.getShort() & 0xffff;
        int top = gif.getShort() & 0xffff;
        int width = gif.getShort() & 0xffff;
        int height = gif.getShort() & 0xffff;
        int flags = gif.get();
        var palette = palette(gif, flags, common);
        return new Frame(
                new ImageSize(Math.max(screenHeight, top + height), Math.max(screenWidth, left + width)),
                left,
                top,
                new ImageSize(height, width),
                (flags & INTERLACED) != 0 ? PASSES : ONE_PASS,
                fill,
                palette,
                gif.position());
    }

    /** The local palette if the flags announce one, else {@code other}. */
    private static Palette palette(ByteBuffer gif, int flags, Palette other) {
        if ((flags & 0x80) == 0) {
            return other;
        }
        int colors = 2 << (flags & 7);
        var palette = Palette.of(gif.array(), gif.position(), colors, 3, 0);
        gif.position(gif.position() + 3 * colors);
        return palette;
    }

    /** Reads a sequence of data blocks up to the empty block. */
    private static byte[] blocks(ByteBuffer gif) {
        var bytes = new ByteArrayOutputStream();
        for (int length = gif.get() & 0xff; length > 0; length = gif.get() & 0xff) {
            bytes.write(gif.array(), gif.position(), length);
            gif.position(gif.position() + length);
        }
        return bytes.toByteArray();
    }

    /** Decompresses the frame's indices, in the order of its passes. */
    private static byte[] unpacked(Frame frame, byte[] file) throws UnreadableRecord {
        int count = Math.toIntExact(frame.size.pixels());
        var packed = ByteBuffer.wrap(file).position(frame.data);
        try (var codes = new Codes(packed.get(), blocks(packed))) {
            byte[] indices = codes.readNBytes(count);
            if (indices.length < count) {
                throw new UnreadableRecord("damaged GIF: " + indices.length + " of " + count + " pixels");
            }
            return indices;
        } catch (IOException | RuntimeException e) {
            throw new UnreadableRecord("cannot decode GIF: " + e.getMessage());
        }
    }

    /** GIF's variant of LZW. The codes after the indices are "clear table" and "end of data". */
    private static final class Codes extends LZWInputStream {
        private static final int LONGEST = 12;

        private final int bits;

        Codes(int bits, byte[] packed) throws IOException {
            super(new ByteArrayInputStream(packed), ByteOrder.LITTLE_ENDIAN);
            if (bits < 1 || bits > Byte.SIZE) {
                throw new IOException("LZW code size of " + bits + " bits");
            }
            this.bits = bits;
            initializeTables(LONGEST);
            clear();
        }

        @Override
        protected int decompressNextSymbol() throws IOException {
            int code = readNextCode();
            if (code < 0 || code == (1 << bits) + 1) {
                return -1;
            }
            if (code == 1 << bits) {
                clear();
                return 0;
            }
            if (code > getTableSize()) {
                throw new IOException("unknown code " + code);
            }
            boolean fresh = code == getTableSize();
            if (fresh) {
                addRepeatOfPreviousCode();
            }
            return expandCodeToOutputStack(code, fresh);
        }

        @Override
        protected int addEntry(int previous, byte last) {
            int room = 1 << getCodeSize();
            int entry = addEntry(previous, last, room);
            if (getTableSize() == room && getCodeSize() < LONGEST) {
                incrementCodeSize();
            }
            return entry;
        }

        private void clear() {
            setTableSize((1 << bits) + 2);
            setCodeSize(bits + 1);
            resetPreviousCode();
        }
    }
}
