package io.flowmap.ingest.image;

import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** A reader of Java's or of TwelveMonkeys' that takes files from memory and reports damage as {@link UnreadableRecord}. */
final class JavaReader implements AutoCloseable {
    private final String format;
    private final ImageReader reader;
    private String damage;

    private JavaReader(String format, ImageReader reader) {
        this.format = format;
        this.reader = reader;
        reader.addIIOReadWarningListener((source, warning) -> noteDamage(warning));
    }

    /** Takes a result from a reader whose input is set. */
    @FunctionalInterface
    interface Taken<T> {
        T from(ImageReader reader) throws IOException, UnreadableRecord;
    }

    /** The JDK's own reader of a format, even if others are registered. */
    static JavaReader ofJdk(String format) {
        var readers = ImageIO.getImageReadersByFormatName(format);
        return new JavaReader(
                format,
                StreamSupport.stream(((Iterable<ImageReader>) () -> readers).spliterator(), false)
                        .filter(reader -> reader.getClass().getModule() == ImageIO.class.getModule())
                        .findFirst()
                        .orElseThrow());
    }

    /**
     * A reader created from its provider. ImageIO's registry of formats is not used, because in an executor it depends on the thread's
     * class loader.
     */
    static JavaReader of(String format, ImageReaderSpi provider) {
        try {
            provider.onRegistration(IIORegistry.getDefaultInstance(), ImageReaderSpi.class);
            return new JavaReader(format, provider.createReaderInstance(null));
        } catch (IOException e) {
            throw new IllegalStateException("cannot create a reader of " + format, e);
        }
    }

    <T> T read(byte[] bytes, Taken<T> taken) throws UnreadableRecord {
        damage = null;
        try (var stream = new ByteArrayImageInputStream(bytes)) {
            reader.setInput(stream, true, true);
            var result = taken.from(reader);
            if (damage != null) {
                throw new UnreadableRecord("damaged " + format + ": " + damage);
            }
            return result;
        } catch (IOException | RuntimeException e) {
            // on damaged input the readers throw many kinds of runtime exceptions
            throw new UnreadableRecord("cannot decode " + format + ": " + e.getMessage());
        } finally {
            reader.setInput(null);
        }
    }

    static ImageSize size(ImageReader reader) throws IOException {
        return new ImageSize(reader.getHeight(0), reader.getWidth(0));
    }

    @Override
    public void close() {
        reader.dispose();
    }

    /** Notes a warning that means damage: libjpeg fills missing data with gray and continues. Stray bytes between markers are harmless. */
    private void noteDamage(String warning) {
        var text = warning.toLowerCase(Locale.ROOT);
        boolean lost = text.contains("premature end") || text.contains("corrupt") || text.contains("truncated");
        if (lost && !text.contains("extraneous bytes")) {
            damage = warning;
        }
    }
}
