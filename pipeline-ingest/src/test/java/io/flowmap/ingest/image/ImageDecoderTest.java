package io.flowmap.ingest.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    /** Made by Pillow: 8x8 CMYK, Adobe marker. */
    private static final String CMYK_JPEG =
            "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAbEhQXFBEbFxYXHhwbIChCKyglJShROj0wQmBVZWRfVV1baniZgWpxkHNbXYW1hpCe"
                    + "o6utq2eAvMm6pseZqKuk/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//E"
                    + "ALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2"
                    + "Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrC"
                    + "w8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwBdel+9UWvSfeqrrsmSwqhrcmXI"
                    + "96//2Q==";

    private final ImageDecoder decoder = new ImageDecoder(1_000_000);

    @AfterEach
    void close() {
        decoder.close();
    }

    @Test
    void pngRoundTrips() throws Exception {
        for (var image : new PixelImage[] {Patterns.image(3, 13, 9), Patterns.image(1, 7, 20)}) {
            var decoded = decoder.decode(png(buffered(image)));
            assertThat(decoded.channels()).isEqualTo(image.channels());
            assertThat(decoded.planes()).isEqualTo(image.planes());
        }
    }

    @Test
    void alphaIsDroppedPaletteLookedUpAndDeepSamplesCut() throws Exception {
        var color = Patterns.image(3, 16, 16);
        var alpha = new BufferedImage(16, 16, BufferedImage.TYPE_INT_ARGB);
        var deep = new BufferedImage(16, 16, BufferedImage.TYPE_USHORT_GRAY);
        var bits = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_BINARY);
        for (int i = 0; i < 256; i++) {
            alpha.setRGB(i % 16, i / 16, i << 24 | color.words()[i] >>> 8);
            deep.getRaster().setSample(i % 16, i / 16, 0, i << 8 | 0x7f);
            bits.getRaster().setSample(i % 16, i / 16, 0, i % 3 == 0 ? 1 : 0);
        }
        assertThat(decoder.decode(png(alpha)).planes()).isEqualTo(color.planes());
        var gray = decoder.decode(png(deep));
        var black = decoder.decode(png(bits));
        assertThat(black.channels()).isEqualTo(1);
        for (int i = 0; i < 256; i++) {
            assertThat(gray.words()[i] >>> 24).isEqualTo(i);
            assertThat(black.words()[i] >>> 24).isEqualTo(i % 3 == 0 ? 255 : 0);
        }
    }

    @Test
    void cmykJpegMatchesPillow() throws Exception {
        var image = decoder.decode(Base64.getDecoder().decode(CMYK_JPEG));
        int[][] pillow = {
            {188, 171, 157},
            {144, 129, 118},
            {99, 87, 79},
            {69, 58, 53},
            {41, 34, 30},
            {16, 12, 10},
            {4, 2, 1},
            {1, 1, 0}
        };
        assertThat(image.channels()).isEqualTo(3);
        byte[] planes = image.planes();
        for (int x = 0; x < pillow.length; x++) {
            for (int c = 0; c < 3; c++) {
                assertThat(planes[64 * c + x] & 0xff).isEqualTo(pillow[x][c]);
            }
        }
    }

    @Test
    void colorProfileChangesNothing() throws Exception {
        var plain = jpeg();
        var profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
        var marked = ByteBuffer.allocate(plain.length + profile.length + 18);
        marked.put(plain, 0, 2).putShort((short) 0xffe2).putShort((short) (profile.length + 16));
        marked.put("ICC_PROFILE\0".getBytes())
                .put((byte) 1)
                .put((byte) 1)
                .put(profile)
                .put(plain, 2, plain.length - 2);
        assertThat(decoder.decode(marked.array()).planes())
                .isEqualTo(decoder.decode(plain).planes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "cmyk", "png"})
    void everyTruncationIsRefused(String format) throws IOException {
        var whole =
                switch (format) {
                    case "jpeg" -> jpeg();
                    case "cmyk" -> Base64.getDecoder().decode(CMYK_JPEG);
                    default -> png(buffered(Patterns.image(3, 16, 16)));
                };
        for (int length = 0; length < whole.length; length++) {
            var part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> decoder.decode(part))
                    .as("%d bytes", length)
                    .isInstanceOf(UnreadableRecord.class);
        }
    }

    @Test
    void everyFlippedBitOfPngIsRefused() throws IOException {
        var whole = png(buffered(Patterns.image(1, 8, 8)));
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            var damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> decoder.decode(damaged)).as("bit %d", bit).isInstanceOf(UnreadableRecord.class);
        }
    }

    @Test
    void hugeDeclaredSizeIsRefusedBeforeDecoding() throws IOException {
        var bomb = png(buffered(Patterns.image(1, 8, 8)));
        ByteBuffer.wrap(bomb).putInt(16, 2_000_000_000).putInt(20, 2_000_000_000);
        var sum = new CRC32();
        sum.update(bomb, 12, 17);
        ByteBuffer.wrap(bomb).putInt(29, (int) sum.getValue());
        assertThatThrownBy(() -> decoder.decode(bomb))
                .isInstanceOf(UnreadableRecord.class)
                .hasMessageContaining("exceeds 1000000 pixels");
    }

    @Test
    void otherBytesAreRefused() {
        assertThatThrownBy(() -> decoder.decode("GIF88a, or what not".getBytes()))
                .hasMessage("neither JPEG, PNG, GIF, BMP, TIFF nor WebP");
        assertThatThrownBy(() -> decoder.decode(new byte[0])).hasMessage("empty file");
    }

    private static byte[] jpeg() throws IOException {
        return written(buffered(Patterns.image(3, 24, 16)), "jpg");
    }

    private static byte[] png(BufferedImage image) throws IOException {
        return written(image, "png");
    }

    private static byte[] written(BufferedImage image, String format) throws IOException {
        var bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    private static BufferedImage buffered(PixelImage image) {
        int type = image.channels() == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
        var buffered = new BufferedImage(image.width(), image.height(), type);
        int plane = image.width() * image.height();
        byte[] planes = image.planes();
        for (int i = 0; i < planes.length; i++) {
            buffered.getRaster().setSample(i % image.width(), i % plane / image.width(), i / plane, planes[i] & 0xff);
        }
        return buffered;
    }
}
