package io.flowmap.ingest.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Files written by Pillow 9.4.0 (libjpeg-turbo), 45x37, and the CRC-32 of their planes at full size and, by Pillow's {@code draft}, at a
 * half and a quarter.
 */
class JpegTest {
    private enum Photo {
        GRAY(
                "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7"
                        + "Pj4+JS5ESUM8SDc9Pjv/wAALCAAlAC0BAREA/8QAFwABAQEBAAAAAAAAAAAAAAAABgQFB//EACEQAAEDBAMBAQEAAAAAAAAAAAAB"
                        + "AgQDBRIhESIxFBMy/9oACAEBAAA/AGVqrt4TYjoV24ek82u3FdhK7129tg24V25LszP3bz6OrVO0mxJQndPSebO6rsI3ed/WwbcJ"
                        + "3ZdmZ92/R7aqruEEdCq7Anm1XYKErvVd2BtwquyUzP1dydetUVeE0JKEVcE0TzYq4LoI3eKvbQNuEVcl0Znyrz4d0tUZnCCShGZg"
                        + "TzYzMVCN3jM7A24RmZKZnzs5P//Z",
                1744896989L,
                1121459968L,
                3009910988L),
        HALF_CHROMA(
                "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7"
                        + "Pj4+JS5ESUM8SDc9Pjv/2wBDAQoLCw4NDhwQEBw7KCIoOzs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7"
                        + "Ozs7Ozs7Ozv/wAARCAAlAC0DASEAAhEBAxEB/8QAGAABAQEBAQAAAAAAAAAAAAAABgUCBwP/xAAhEAAABgMAAwEBAAAAAAAAAAAA"
                        + "AQIDBBIFITETIkERI//EABcBAQEBAQAAAAAAAAAAAAAAAAYEBQP/xAAbEQACAwEBAQAAAAAAAAAAAAAABAECEgMRIf/aAAwDAQAC"
                        + "EQMRAD8AfsZNFejEnJoqexjPdZ9OiPIN5LJo3sFZ2TRY9idTrOhDPKcE4smi3RQj5NHj6Ga3Wchp3l9GbCXK/RiSlyp9GO8pX07I"
                        + "94DeSS5+H0FZyXLH0TqKV0IJ7xgmkly30UY6XPH9DNZSuQ073j07Gw0moxJaTUwDecv6YqPWQ3k2k7BWc0mxjgo5fQhnrOCaTSbC"
                        + "jHaT4wyWdvkNO9Z9OlsSiqWxiTKKp7GK8nT0uRWkN5KUW9grOlFY9idROmhBK05JxSiv0UI8oqBmsnTIadWn06Sw36lseclsqnsC"
                        + "Hmb+iFGsBvJN92Cs5v2PYnUZvoQTWME4myv0UI7f8+hkszfIadrHp//Z",
                3962601572L,
                2517263656L,
                1140586254L),
        PROGRESSIVE(
                "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7"
                        + "Pj4+JS5ESUM8SDc9Pjv/2wBDAQoLCw4NDhwQEBw7KCIoOzs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7"
                        + "Ozs7Ozs7Ozv/wgARCAAlAC0DASIAAhEBAxEB/8QAGgAAAgMBAQAAAAAAAAAAAAAABAUAAgMBBv/EABcBAQEBAQAAAAAAAAAAAAAA"
                        + "AAUDBAL/2gAMAwEAAhADEAAAAX/Aa5+qqtVU0dyE5LRnseVqVlBVMVU0MiBCGTfSVkFTWqpJoDkSNGf/xAAbEAADAQEBAQEAAAAA"
                        + "AAAAAAAAAQIDESESE//aAAgBAQABBQJaFaGmheh+hOni6V006X09J7xIpGiLRwleKiqNKLo+iaEikaItHCV5/8QAGhEAAwEBAQEA"
                        + "AAAAAAAAAAAAAAIDEhEiQf/aAAgBAwEBPwGGTzwtkgrGW4WViB8LH//EABoRAAMBAQEBAAAAAAAAAAAAAAACAxEBMVH/2gAIAQIB"
                        + "AT8BvNyU30nN8LpT6SSm+k0pnpdukm7pNu4f/8QAFBABAAAAAAAAAAAAAAAAAAAAQP/aAAgBAQAGPwJ3/8QAGRAAAwEBAQAAAAAA"
                        + "AAAAAAAAAAERIRAx/9oACAEBAAE/IVwTBYuk0SFgSBQtEoQFQRBQqkUQMzHnuezEyMOWx64P/9oADAMBAAIAAwAAABCc7iQ1D74H"
                        + "/8QAGxEBAQABBQAAAAAAAAAAAAAAAQARECExUWH/2gAIAQMBAT8Q9Z77f50bfPgSEJm//8QAGBEAAwEBAAAAAAAAAAAAAAAAABFB"
                        + "MRD/2gAIAQIBAT8Qa0uFwb65xvS8Xj//xAAbEAACAgMBAAAAAAAAAAAAAAAAIQERMUFREP/aAAgBAQABPxDfF8xtlsyN42x2C4yU"
                        + "JyWGSOg6HmXg8WhHkSKjIrMgbILMiG5AVGRWZkYwyIbnQf/Z",
                2265057259L,
                2487547650L,
                2318687421L);

        private final byte[] bytes;
        private final long full;
        private final long half;
        private final long quarter;

        Photo(String text, long full, long half, long quarter) {
            this.bytes = Base64.getDecoder().decode(text);
            this.full = full;
            this.half = half;
            this.quarter = quarter;
        }
    }

    private final ImageDecoder decoder = new ImageDecoder(2000);

    @ParameterizedTest
    @EnumSource
    void pixelsMatchPillowAtFullAndReducedSize(Photo photo) throws Exception {
        assertThat(decoder.size(photo.bytes)).hasToString("45x37");
        assertThat(Patterns.checksum(decoder.decode(photo.bytes))).isEqualTo(photo.full);
        var half = decoder.decode(photo.bytes, 2);
        assertThat(half.size()).hasToString("23x19");
        assertThat(Patterns.checksum(half)).isEqualTo(photo.half);
        assertThat(Patterns.checksum(decoder.decode(photo.bytes, 4))).isEqualTo(photo.quarter);
    }

    @ParameterizedTest
    @EnumSource
    void strayBytesAreAcceptedAndMissingBytesAreDamage(Photo photo) throws Exception {
        int end = photo.bytes.length - 2;
        var longer = Arrays.copyOf(photo.bytes, photo.bytes.length + 3);
        assertThat(Patterns.checksum(decoder.decode(longer))).isEqualTo(photo.full);
        var shorter = Arrays.copyOf(photo.bytes, end - 20);
        shorter[end - 22] = photo.bytes[end];
        shorter[end - 21] = photo.bytes[end + 1];
        assertThatThrownBy(() -> decoder.decode(shorter))
                .isInstanceOf(UnreadableRecord.class)
                .hasMessageContaining("damaged JPEG: ");
    }

    @Test
    void threadsDecodeSideBySide() {
        var sums =
                IntStream.range(0, 300).parallel().mapToObj(JpegTest::checksum).toList();
        for (int i = 0; i < sums.size(); i++) {
            assertThat(sums.get(i)).isEqualTo(Photo.values()[i % 3].full);
        }
    }

    @Test
    void sizeIsBoundedBeforeDecoding() {
        var photo = Photo.GRAY.bytes.clone();
        var frame = new byte[] {(byte) 0xff, (byte) 0xc0, 0, 11, 8, 0, 37, 0, 45};
        int at = 0;
        while (!Arrays.equals(photo, at, at + frame.length, frame, 0, frame.length)) {
            at++;
        }
        photo[at + 5] = (byte) 0xff;
        assertThatThrownBy(() -> decoder.decode(photo)).hasMessage("image of 45x65317 exceeds 2000 pixels");
    }

    private static long checksum(int number) {
        try (var decoder = new ImageDecoder(2000)) {
            return Patterns.checksum(decoder.decode(Photo.values()[number % 3].bytes));
        } catch (UnreadableRecord e) {
            throw new AssertionError(e);
        }
    }
}
