package io.flowmap.app.lab;

import io.flowmap.ingest.archive.Limits;
import java.util.stream.Stream;

/**
 * The section {@code lab.codec}.
 *
 * @param encoder file of the encoder's weights
 * @param decoder file of the decoder's weights
 * @param images path or pattern of a source of images
 * @param size width and height of the centre-cropped images in pixels
 * @param count largest number of images
 * @param maxRecordBytes largest size of one file in the source, bytes
 * @param maxPixels largest number of pixels that an image may declare
 */
record CodecConfig(
        String encoder, String decoder, String images, int size, int count, int maxRecordBytes, long maxPixels) {
    private static final long MOST_PIXELS = 1 << 24;

    CodecConfig {
        if (Stream.of(encoder, decoder, images).anyMatch(file -> file == null || file.isBlank())) {
            throw new IllegalArgumentException(
                    "expected a file each for encoder and decoder and a source for images, got " + encoder + ", "
                            + decoder + " and " + images);
        }
        if (size < 1 || count < 1 || (long) size * size > MOST_PIXELS / count) {
            throw new IllegalArgumentException("expected size and count of at least 1, with at most " + MOST_PIXELS
                    + " pixels in total, got " + size + " and " + count);
        }
        new Limits(maxRecordBytes, maxPixels, Integer.MAX_VALUE);
    }

    Limits limits() {
        return new Limits(maxRecordBytes, maxPixels, Integer.MAX_VALUE);
    }
}
