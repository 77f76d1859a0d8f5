package io.flowmap.ingest.source;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Makes small datasets for tests. Contents are bytes or text. */
public final class Archives {
    private Archives() {}

    /** A gray PNG whose pixels depend on the number. */
    public static byte[] png(int number, int width, int height) {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < width * height; i++) {
            image.getRaster().setSample(i % width, i / width, 0, (31 * number + 7 * i) % 256);
        }
        return written(image, "png");
    }

    /** A JPEG in colour. */
    public static byte[] jpeg(int number, int width, int height) {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, 0x010203 * ((number + i) % 80));
        }
        return written(image, "jpg");
    }

    public static Path zip(Path file, Map<String, ?> members) {
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (var member : members.entrySet()) {
                zip.putNextEntry(new ZipEntry(member.getKey()));
                zip.write(bytes(member.getValue()));
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    public static Path folder(Path folder, Map<String, ?> members) {
        try {
            for (var member : members.entrySet()) {
                var file = folder.resolve(member.getKey());
                Files.createDirectories(file.getParent());
                Files.write(file, bytes(member.getValue()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    /** Writes a tar from pairs of name and content, since a tar may contain a name twice. Names ending with '/' are directories. */
    public static Path tar(Path file, Object... pairs) {
        try (var tar = new TarArchiveOutputStream(Files.newOutputStream(file), "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (int i = 0; i < pairs.length; i += 2) {
                var entry = new TarArchiveEntry((String) pairs[i], true);
                byte[] content = bytes(pairs[i + 1]);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    private static byte[] bytes(Object content) {
        return content instanceof byte[] bytes ? bytes : content.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] written(BufferedImage image, String format) {
        try {
            var bytes = new ByteArrayOutputStream();
            ImageIO.write(image, format, bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
