package io.flowmap.data;

/**
 * One generated image.
 *
 * @param index of the sample, which keys its noise
 * @param label class asked for, -1 if none
 * @param image pixels [C,H,W]
 * @param nanos time of its batch divided by the batch's size
 * @param multiplyAdds of all steps, each counted once: of their convolutions and matrix products; 0 where they were not counted
 */
public record SampleRecord(long index, int label, byte[] image, LatentShape shape, long nanos, long multiplyAdds) {
    public SampleRecord {
        if (image.length != shape.size()) {
            throw new IllegalArgumentException(
                    "expected " + shape.size() + " pixels in sample " + index + ", got " + image.length);
        }
    }
}
