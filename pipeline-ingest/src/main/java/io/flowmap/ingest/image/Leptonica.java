package io.flowmap.ingest.image;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * Leptonica's readers of JPEG and lossy WebP. Like Pillow they use libjpeg-turbo with its accurate DCT and libwebp, so the pixels equal
 * Pillow's. For JPEG it is several times faster than Java's reader. It returns no image if libjpeg reports any problem; libjpeg prints
 * these reports to standard error.
 */
final class Leptonica {
    private static final String LIBRARY = "/org/bytedeco/leptonica/linux-x86_64/libleptonica.so.6";
    private static final int SILENT = 6;
    /** RTLD_LAZY only: its libjpeg and zlib must not replace those of libraries loaded later. */
    private static final int LAZY_AND_LOCAL = 1;

    private static final int WORD_BITS = 32;

    /** Whether the library is available on this platform. Without it Java's reader is used. */
    static final boolean LOADED = load();

    private Leptonica() {}

    /**
     * Decodes a gray or colour JPEG.
     *
     * @param reduction 1, 2, 4 or 8: divisor of height and width, rounded up, implemented by a smaller inverse DCT
     * @return empty if there is any damage
     */
    static Optional<PixelImage> jpeg(byte[] jpeg, int reduction) {
        return taken(pixReadMemJpeg(jpeg, jpeg.length, 0, reduction, null, 0));
    }

    /** Decodes a still WebP; empty if there is any damage. */
    static Optional<PixelImage> webp(byte[] webp) {
        var image = taken(pixReadMemWebP(webp, webp.length));
        image.ifPresent(opaque -> Arrays.setAll(opaque.words(), i -> opaque.words()[i] & ~0xff));
        return image;
    }

    private static Optional<PixelImage> taken(Pointer pix) {
        if (pix == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(image(pix));
        } finally {
            pixDestroy(new PointerByReference(pix));
        }
    }

    private static boolean load() {
        try (var library = Leptonica.class.getResourceAsStream(LIBRARY)) {
            if (library == null) {
                throw new IOException("expected " + LIBRARY + " on the class path, got nothing");
            }
            load(library);
            setMsgSeverity(SILENT);
            return true;
        } catch (IOException | UnsatisfiedLinkError e) {
            LoggerFactory.getLogger(Leptonica.class)
                    .warn("JPEGs are decoded by Java's reader, which is slower: {}", e.getMessage());
            return false;
        }
    }

    /** Loads the library from a temporary file, which is deleted once it is loaded, so that no process leaves one behind. */
    private static void load(InputStream library) throws IOException {
        var file = Files.createTempFile("leptonica", ".so");
        try {
            Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
            Native.register(
                    Leptonica.class,
                    NativeLibrary.getInstance(file.toString(), Map.of(Library.OPTION_OPEN_FLAGS, LAZY_AND_LOCAL)));
        } finally {
            Files.delete(file);
        }
    }

    private static PixelImage image(Pointer pix) {
        int height = pixGetHeight(pix);
        int width = pixGetWidth(pix);
        var data = pixGetData(pix);
        if (pixGetDepth(pix) == WORD_BITS) {
            return new PixelImage(3, height, width, data.getIntArray(0, height * width));
        }
        var packed = new int[pixGetWpl(pix)];
        var words = new int[height * width];
        for (int y = 0; y < height; y++) {
            data.read((long) Integer.BYTES * packed.length * y, packed, 0, packed.length);
            for (int x = 0; x < width; x++) {
                words[y * width + x] = packed[x >> 2] << 8 * (x & 3) & 0xff << 24;
            }
        }
        return new PixelImage(1, height, width, words);
    }

    private static native int setMsgSeverity(int least);

    private static native Pointer pixReadMemJpeg(
            byte[] data, long size, int colormap, int reduction, IntByReference warnings, int hint);

    private static native Pointer pixReadMemWebP(byte[] data, long size);

    private static native int pixGetHeight(Pointer pix);

    private static native int pixGetWidth(Pointer pix);

    private static native int pixGetDepth(Pointer pix);

    /** Number of 32-bit words in a line. */
    private static native int pixGetWpl(Pointer pix);

    /**
     * Lines of words. A colour image has one pixel in a word, in the layout of {@link PixelImage}; a gray image has four, the first in the
     * highest byte.
     */
    private static native Pointer pixGetData(Pointer pix);

    private static native void pixDestroy(PointerByReference pix);
}
