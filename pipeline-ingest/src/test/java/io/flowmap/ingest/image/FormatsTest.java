package io.flowmap.ingest.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.flowmap.testing.TestData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormatsTest {
    private static final int MOST_PIXELS = 1_000_000;

    private final ImageDecoder decoder = new ImageDecoder(MOST_PIXELS);

    @AfterEach
    void close() {
        decoder.close();
    }

    @ParameterizedTest
    @MethodSource("io.flowmap.ingest.image.PillowImages#all")
    void pixelsMatchPillow(PillowImages image) throws Exception {
        assertThat(decoder.size(image.bytes())).hasToString(image.size());
        assertThat(Patterns.checksum(decoder.decode(image.bytes()).rgb())).isEqualTo(image.checksum());
    }

    @ParameterizedTest
    @ValueSource(strings = {"other-formats", "cmyk-rounding", "ok-exif-alpha-palette"})
    void reportedImagesMatchPillow(String report) throws Exception {
        var folder = TestData.require("reports", report);
        var expected =
                new ObjectMapper().readTree(folder.resolve("expected.json").toFile());
        var names = List.copyOf(expected.properties());
        assertThat(names).isNotEmpty();
        for (var named : names) {
            var image = decoder.decode(Files.readAllBytes(folder.resolve(named.getKey())))
                    .rgb();
            var rows = named.getValue();
            assertThat(image.height()).as(named.getKey()).isEqualTo(rows.size());
            assertThat(image.width()).as(named.getKey()).isEqualTo(rows.get(0).size());
            for (int i = 0; i < image.words().length; i++) {
                var pixel = rows.get(i / image.width()).get(i % image.width());
                for (int channel = 0; channel < 3; channel++) {
                    assertThat(image.words()[i] >>> PixelImage.shift(channel) & 0xff)
                            .as("%s, pixel %d, channel %d", named.getKey(), i, channel)
                            .isEqualTo(pixel.get(channel).asInt());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bigpix.png", "huge_header.jpg", "huge_header.png", "huge_width.png"})
    void reportedBombsAreRefusedByTheirHeader(String name) throws Exception {
        var bytes = Files.readAllBytes(TestData.require("reports", "ok-bombs", name));
        assertThatThrownBy(() -> decoder.decode(bytes))
                .isInstanceOf(UnreadableRecord.class)
                .hasMessageContaining("exceeds 1000000 pixels");
    }

    /** The sizes in the header are overwritten; the offsets are those of width and height. */
    @ParameterizedTest
    @CsvSource({
        "gh_87.gif, 6, 8, SHORT, 65535",
        "bh_24_td0.bmp, 18, 22, INT, 1000000000",
        "bh_24_td1.bmp, 18, 22, INT, 1000000000",
        "bh_rle8.bmp, 18, 22, INT, 1000000000",
        "bh_24_os2.bmp, 18, 20, SHORT, 65535",
        "th_le_1_s32.tif, 18, 30, INT, 1000000000",
        "webp_rgb_lossy.webp, 26, 28, SHORT, 16383",
        "webp_rgb_ll.webp, 21, 22, SHORT, 65535",
        "webp_anim.webp, 24, 27, SHORT, 65535"
    })
    void hugeDeclaredSizesAreRefusedBeforeAllocation(String name, int width, int height, Width kind, int side) {
        var bomb = PillowImages.named(name).bytes().clone();
        var header = ByteBuffer.wrap(bomb).order(ByteOrder.LITTLE_ENDIAN);
        for (int at : new int[] {width, height}) {
            if (kind == Width.SHORT) {
                header.putShort(at, (short) side);
            } else {
                header.putInt(at, side);
            }
        }
        assertThatThrownBy(() -> decoder.decode(bomb))
                .isInstanceOf(UnreadableRecord.class)
                .hasMessageContaining("exceeds 1000000 pixels");
    }

    /** False numbers of bytes, entries and tiles, written at the offsets of their fields. */
    @ParameterizedTest
    @CsvSource({
        "bh_rle8.bmp, 34, 2147483647, truncated BMP",
        "bh_8_td0.bmp, 10, 2147483647, truncated BMP",
        "bh_8_td0.bmp, 14, 2147483647, truncated BMP",
        "th_le_1_s32.tif, 14, 2147483647, cannot decode TIFF",
        "webp_rgb_ll.webp, 16, 2147483647, truncated or damaged WebP",
        "webp_rgb_ll.webp, 16, -2, truncated or damaged WebP",
        "webp_rgb_ll.webp, 4, 2147483647, truncated or damaged WebP"
    })
    void claimsAreRefusedByName(String name, int at, int claim, String reason) {
        var liar = PillowImages.named(name).bytes().clone();
        ByteBuffer.wrap(liar).order(ByteOrder.LITTLE_ENDIAN).putInt(at, claim);
        assertThatThrownBy(() -> decoder.decode(liar))
                .isInstanceOf(UnreadableRecord.class)
                .hasMessageStartingWith(reason);
    }

    /** If the last bytes of a file hold no pixels, the file is still readable without them. */
    @ParameterizedTest
    @CsvSource({
        "gh_87.gif, 1",
        "gh_localinter.gif, 1",
        "bh_8_td0.bmp, 0",
        "bh_24_os2.bmp, 0",
        "bh_rle8.bmp, 0",
        "webp_rgb_ll.webp, 0",
        "webp_rgb_lossy.webp, 0",
        "webp_anim_off.webp, 0",
        "th_le_1_g16_ph1.tif, 0",
        "th_be_8_tiles3.tif, 0",
        "th_be_8_pal4.tif, 0",
        "th_jpeg_cmyk.tif, 0",
        "cj_11_0_0_0_t2.jpg, 0"
    })
    void everyTruncationIsRefused(String name, int without) {
        var whole = PillowImages.named(name).bytes();
        for (int length = 0; length < whole.length - without; length++) {
            var part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> decoder.decode(part))
                    .as("%d bytes", length)
                    .isInstanceOf(UnreadableRecord.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "AVIF, '\\0\\0\\0\\40ftypavif\\0\\0\\0\\0avifmif1'",
        "AVIF, '\\0\\0\\0\\40ftypmif1\\0\\0\\0\\0mif1avif'",
        "AVIF, '\\0\\0\\0\\40ftypavis\\0\\0\\0\\0msf1'",
        "HEIC, '\\0\\0\\0\\30ftypheic\\0\\0\\0\\0mif1heic'",
        "HEIC, '\\0\\0\\0\\30ftypmif1\\0\\0\\0\\0mif1heic'",
        "HEIC, '\\0\\0\\0\\30ftyphevc\\0\\0\\0\\0hevc'",
        "JPEG XL, '\\377\\n\\372'",
        "JPEG XL, '\\0\\0\\0\\14JXL \\r\\n\\207\\n'",
        "JPEG 2000, '\\0\\0\\0\\14jP  \\r\\n\\207\\n'",
        "JPEG 2000, '\\377O\\377Q\\0'",
        "PDF, '%PDF-1.7'",
        "PSD, '8BPS\\0\\1'",
        "SVG, '<svg xmlns=''http://www.w3.org/2000/svg''/>'",
        "SVG, '\\357\\273\\277<?xml version=''1.0''?>\\n<!-- a --><svg width=''1''>'",
        "a Git LFS pointer, 'version https://git-lfs.github.com/spec/v1\\noid sha256:4d7a\\nsize 12\\n'",
        "a web page, '<!DOCTYPE html><html>'",
        "a web page, '\\n<html lang=''en''>'"
    })
    void otherFormatsAreRefusedByName(String format, String file) {
        var bytes = file.translateEscapes().getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> decoder.decode(bytes))
                .isInstanceOf(UnreadableRecord.class)
                .hasMessage(format + ", expected JPEG, PNG, GIF, BMP, TIFF or WebP");
    }

    /** Tag and the value written to it, in the little-endian directory of a TIFF. */
    @ParameterizedTest
    @CsvSource({
        "259, 50000, TIFF compressed by Zstandard",
        "259, 34925, TIFF compressed by LZMA",
        "259, 50001, TIFF compressed by WebP",
        "259, 6, TIFF compressed by old-style JPEG (TIFF 6.0)",
        "262, 8, TIFF of photometric interpretation 8",
        "262, 0, TIFF of more than 8 bits with white as 0",
        "277, 7, TIFF of 7 channels",
        "339, 3, TIFF of floating point numbers"
    })
    void kindsOfTiffThatDifferFromPillowsAreRefused(int tag, int value, String reason) {
        var tiff = PillowImages.named("th_le_1_s16.tif").bytes().clone();
        var directory = ByteBuffer.wrap(tiff).order(ByteOrder.LITTLE_ENDIAN);
        int at = 10;
        while (directory.getShort(at) != tag) {
            at += 12;
        }
        directory.putShort(at + 8, (short) value);
        assertThatThrownBy(() -> decoder.decode(tiff)).hasMessage(reason);
    }

    /** Windows bitmaps may refer to a file with a colour profile. */
    @Test
    void linkedProfileOfBitmapIsNotOpened() throws Exception {
        var image = PillowImages.named("bh_32bf_bgra_v5.bmp");
        var linked = Arrays.copyOf(image.bytes(), image.bytes().length + 16);
        var header = ByteBuffer.wrap(linked).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(70, 0x4c494e4b).putInt(126, image.bytes().length - 14).putInt(130, 16);
        System.arraycopy("/no/such/profile".getBytes(StandardCharsets.US_ASCII), 0, linked, image.bytes().length, 16);
        assertThat(Patterns.checksum(decoder.decode(linked).rgb())).isEqualTo(image.checksum());
    }

    @Test
    void threadsWithoutAClassLoaderDecodeSideBySide() {
        var images = PillowImages.all();
        var sums = images.stream()
                .map(image -> CompletableFuture.supplyAsync(() -> checksum(image.bytes()), task -> {
                    var thread = new Thread(task);
                    thread.setContextClassLoader(null);
                    thread.start();
                }))
                .toList();
        for (int i = 0; i < images.size(); i++) {
            assertThat(sums.get(i).join())
                    .as(images.get(i).name())
                    .isEqualTo(images.get(i).checksum());
        }
    }

    private static long checksum(byte[] bytes) {
        try (var decoder = new ImageDecoder(MOST_PIXELS)) {
            return Patterns.checksum(decoder.decode(bytes).rgb());
        } catch (UnreadableRecord e) {
            throw new AssertionError(e);
        }
    }

    private enum Width {
        SHORT,
        INT
    }
}
