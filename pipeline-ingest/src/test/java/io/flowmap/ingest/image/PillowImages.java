package io.flowmap.ingest.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Small images of unusual kinds, with the size and the CRC-32 of the planes [3,H,W] from Pillow 9.4.0's {@code convert("RGB")}. */
record PillowImages(String name, String size, long checksum, byte[] bytes) {
    static List<PillowImages> all() {
        try (var in = PillowImages.class.getResourceAsStream("pillow.txt")) {
            var text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            return text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(PillowImages::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PillowImages named(String name) {
        return all().stream()
                .filter(image -> image.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public String toString() {
        return name;
    }

    private static PillowImages of(String line) {
        var words = line.split(" ");
        return new PillowImages(
                words[0],
                words[1],
                Long.parseLong(words[2]),
                Base64.getDecoder().decode(words[3]));
    }
}
