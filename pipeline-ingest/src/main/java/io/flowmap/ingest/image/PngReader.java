package io.flowmap.ingest.image;

import java.awt.image.IndexColorModel;
import java.io.IOException;
import javax.imageio.ImageReader;

/** Reads PNG with the JDK's reader and adds the checks that it omits. */
final class PngReader implements FormatReader {
    private final JavaReader java = JavaReader.ofJdk("PNG");

    @Override
    public ImageSize size(byte[] file) throws UnreadableRecord {
        return PngStructure.size(file);
    }

    @Override
    public PixelImage decode(byte[] file, int reduction) throws UnreadableRecord {
        int colors = PngStructure.check(file);
        return java.read(file, reader -> image(reader, colors));
    }

    @Override
    public void close() {
        java.close();
    }

    private static PixelImage image(ImageReader reader, int colors) throws IOException, UnreadableRecord {
        var image = reader.read(0);
        return image.getColorModel() instanceof IndexColorModel palette
                ? Palette.of(palette, colors).lookUp(image.getRaster())
                : PixelImage.of(image.getRaster());
    }
}
