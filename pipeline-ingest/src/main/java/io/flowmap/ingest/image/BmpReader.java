package io.flowmap.ingest.image;

import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.imageio.ImageReader;

/**
 * Reads BMP with the JDK's reader after checking the header: its sizes must not exceed the file, and a reference to a colour profile, which
 * could point to any file, is removed.
 */
final class BmpReader implements FormatReader {
    private static final int FILE_BYTES = 2;
    private static final int DATA = 10;
    private static final int INFO = 14;
    private static final int OLD_INFO = 12;
    private static final int COMPRESSION = 30;
    private static final int DATA_BYTES = 34;
    private static final int COLORS = 46;
    private static final int COLOR_SPACE = 70;
    private static final int SRGB = 0x73524742;
    private static final int RLE8 = 1;
    private static final int RLE4 = 2;
    private static final int MASKS = 3;

    private final JavaReader java = JavaReader.ofJdk("BMP");

    /**
     * @param info size in bytes of the header after the file header
     * @param bits bits per pixel
     */
    private record Header(int info, ImageSize size, int bits, int compression, int colors) {
        boolean old() {
            return info == OLD_INFO;
        }

        Palette palette(byte[] file) {
            return Palette.of(file, INFO + info, colors, old() ? 3 : 4, 2);
        }

        boolean runs() {
            return compression == RLE8 || compression == RLE4;
        }
    }

    @Override
    public ImageSize size(byte[] file) throws UnreadableRecord {
        return header(file).size;
    }

    @Override
    public PixelImage decode(byte[] file, int reduction) throws UnreadableRecord {
        var header = header(file);
        return java.read(checked(header, file), reader -> image(reader, header.palette(file)));
    }

    @Override
    public void close() {
        java.close();
    }

    private static PixelImage image(ImageReader reader, Palette palette) throws IOException {
        var image = reader.read(0);
        return image.getColorModel() instanceof IndexColorModel
                ? palette.lookUp(image.getRaster())
                : PixelImage.of(image.getRaster());
    }

    private static Header header(byte[] file) throws UnreadableRecord {
        var bmp = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        try {
            int info = bmp.getInt(INFO);
            boolean old = info == OLD_INFO;
            int width = old ? bmp.getShort(18) & 0xffff : bmp.getInt(18);
            int height = old ? bmp.getShort(20) & 0xffff : bmp.getInt(22);
            int bits = bmp.getShort(old ? 24 : 28);
            int compression = old ? 0 : bmp.getInt(COMPRESSION);
            int colors = old ? 0 : bmp.getInt(COLORS);
            if (compression < 0 || compression > MASKS) {
                throw new UnreadableRecord("BMP with compression " + compression);
            }
            return new Header(
                    info,
                    new ImageSize(Math.abs(height), width),
                    bits,
                    compression,
                    colors == 0 && bits <= Byte.SIZE ? 1 << bits : colors);
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new UnreadableRecord("truncated or damaged BMP");
        }
    }

    /** The file with a safe header. Throws {@link UnreadableRecord} if pixels are missing. */
    private static byte[] checked(Header header, byte[] file) throws UnreadableRecord {
        var bmp = ByteBuffer.wrap(file.clone()).order(ByteOrder.LITTLE_ENDIAN);
        int data = bmp.getInt(DATA);
        long room = file.length - Integer.toUnsignedLong(data);
        long line = ((long) header.size.width() * header.bits + 31) / 32 * 4;
        long needed = header.runs() ? Integer.toUnsignedLong(bmp.getInt(DATA_BYTES)) : line * header.size.height();
        if (header.info < OLD_INFO || header.info > file.length - INFO || room < Math.max(1, needed)) {
            throw new UnreadableRecord("truncated BMP");
        }
        bmp.putInt(FILE_BYTES, file.length);
        if (!header.old()) {
            bmp.putInt(DATA_BYTES, (int) (header.runs() && needed > 0 ? needed : room));
        }
        if (header.info > COLOR_SPACE - INFO) {
            bmp.putInt(COLOR_SPACE, SRGB);
        }
        return bmp.array();
    }
}
