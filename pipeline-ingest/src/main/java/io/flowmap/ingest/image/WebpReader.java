package io.flowmap.ingest.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Reads the first frame of a WebP on its canvas, black around it; alpha is dropped. TwelveMonkeys reads lossless frames. Lossy frames are
 * read by {@link Leptonica}'s libwebp, because TwelveMonkeys' pixels are off by up to 58 levels; without Leptonica they are refused.
 * Readers get the frame alone, so libwebp never parses compressed alpha, in which older versions were unsafe.
 */
final class WebpReader implements FormatReader {
    private static final int RIFF_BYTES = 4;
    private static final int FIRST_CHUNK = 12;
    private static final int CHUNK = 8;
    private static final int ANIMATION_FRAME = 16;
    private static final int SIDE_BITS = 14;
    private static final int SIDE = (1 << SIDE_BITS) - 1;

    private final JavaReader lossless = JavaReader.of("WebP", new WebPImageReaderSpi());

    /**
     * Location of the first frame.
     *
     * @param from offset of its chunk
     * @param to offset after its chunk
     */
    private record Frame(ImageSize canvas, int left, int top, ImageSize size, boolean lossy, int from, int to) {}

    @Override
    public ImageSize size(byte[] file) throws UnreadableRecord {
        return frame(file).canvas;
    }

    @Override
    public PixelImage decode(byte[] file, int reduction) throws UnreadableRecord {
        var frame = frame(file);
        byte[] bare = bare(frame, file);
        var image = frame.lossy
                ? lossy(bare)
                : lossless.read(bare, reader -> PixelImage.of(reader.read(0).getRaster()));
        if (!image.size().equals(frame.size)) {
            throw new UnreadableRecord("damaged WebP: frame of " + image.size() + ", expected " + frame.size);
        }
        return image.within(frame.canvas, frame.top, frame.left);
    }

    @Override
    public void close() {
        lossless.close();
    }

    private static PixelImage lossy(byte[] bare) throws UnreadableRecord {
        if (!Leptonica.LOADED) {
            throw new UnreadableRecord("lossy WebP, which needs Leptonica's library");
        }
        return Leptonica.webp(bare).orElseThrow(() -> new UnreadableRecord("damaged WebP"));
    }

    private static Frame frame(byte[] file) throws UnreadableRecord {
        try {
            var frame = frame(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
            if (frame.to <= file.length
                    && frame.left + frame.size.width() <= frame.canvas.width()
                    && frame.top + frame.size.height() <= frame.canvas.height()) {
                return frame;
            }
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            // reported below
        }
        throw new UnreadableRecord("truncated or damaged WebP");
    }

    /** Walks the chunks to the first frame, also inside an animation. */
    private static Frame frame(ByteBuffer webp) {
        Objects.checkIndex(webp.getInt(RIFF_BYTES), webp.limit() - CHUNK + 1);
        ImageSize canvas = null;
        int left = 0;
        int top = 0;
        int at = FIRST_CHUNK;
        while (true) {
            int body = at + CHUNK;
            int bytes = Objects.checkIndex(webp.getInt(at + 4), webp.limit() - body + 1);
            int next = body + bytes + (bytes & 1);
            switch (new String(webp.array(), at, 4, StandardCharsets.ISO_8859_1)) {
                case "VP8X" -> canvas = new ImageSize(side(webp, body + 7), side(webp, body + 4));
                case "ANMF" -> {
                    left = 2 * (side(webp, body) - 1);
                    top = 2 * (side(webp, body + 3) - 1);
                    next = body + ANIMATION_FRAME;
                }
                case "VP8 " -> {
                    var size = new ImageSize(webp.getShort(body + 8) & SIDE, webp.getShort(body + 6) & SIDE);
                    return new Frame(canvas == null ? size : canvas, left, top, size, true, at, next);
                }
                case "VP8L" -> {
                    int sides = webp.getInt(body + 1);
                    var size = new ImageSize((sides >> SIDE_BITS & SIDE) + 1, (sides & SIDE) + 1);
                    return new Frame(canvas == null ? size : canvas, left, top, size, false, at, next);
                }
                default -> {
                    // metadata or alpha
                }
            }
            at = next;
        }
    }

    /** Reads a side of the canvas, stored in 24 bits as the side minus one. */
    private static int side(ByteBuffer webp, int at) {
        return (webp.getShort(at) & 0xffff | (webp.get(at + 2) & 0xff) << 16) + 1;
    }

    /** A WebP file with only the frame's chunk. */
    private static byte[] bare(Frame frame, byte[] file) {
        int length = frame.to - frame.from;
        var bare = ByteBuffer.allocate(FIRST_CHUNK + length).order(ByteOrder.LITTLE_ENDIAN);
        bare.put(file, 0, RIFF_BYTES)
                .putInt(RIFF_BYTES + length)
                .put(file, CHUNK, 4)
                .put(file, frame.from, length);
        return bare.array();
    }
}
