package io.flowmap.app.lab;

import io.flowmap.ingest.archive.Limits;
import java.util.stream.Stream;

/**
 * The section {@code lab.codec}.
 *
 * @param encoder file of the encoder's weights
 * @param decoder file of the decoder's weights
 * @param images path or pattern of a source of images
 * @param size side of the centre-cropped images in pixels
 * @param count most images
 * @param maxRecordBytes most bytes of one file in the source
 * @param maxPixels most pixels that an image may declare
 */
record CodecConfig(
        String encoder, String decoder, String images, int size, int count, int maxRecordBytes, long maxPixels) {
    private static final long MOST_PIXELS = 1 << 24;

    CodecConfig {
        if (Stream.of(encoder, decoder, images).anyMatch(file -> file == null || file.isBlank())) {
            throw new IllegalArgumentException("expected files as encoder and decoder and a source as images, got "
                    + encoder + ", " + decoder + " and " + images);
        }
        if (size < 1 || count < 1 || (long) size * size > MOST_PIXELS / count) {
            throw new IllegalArgumentException("expected size and count from 1 and at most " + MOST_PIXELS
                    + " pixels together, got " + size + " and " + count);
        }
        new Limits(maxRecordBytes, maxPixels, Integer.MAX_VALUE);
    }

    Limits limits() {
        return new Limits(maxRecordBytes, maxPixels, Integer.MAX_VALUE);
    }
}
