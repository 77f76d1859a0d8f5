package io.flowmap.data;

/**
 * One generated image.
 *
 * @param index index of the sample, the key of its noise
 * @param label requested class, -1 for none
 * @param prompt requested text, null for none
 * @param image pixels [C,H,W]
 * @param nanos time of its batch divided by the batch size
 * @param multiplyAdds multiply-adds of the convolutions and matrix products of all steps, each counted once; 0 if they were not counted
 */
public record SampleRecord(
        long index, int label, String prompt, byte[] image, LatentShape shape, long nanos, long multiplyAdds) {
    public SampleRecord {
        if (image.length != shape.size()) {
            throw new IllegalArgumentException(
                    "expected " + shape.size() + " pixels in sample " + index + ", got " + image.length);
        }
    }

    /** The same sample with its prompt. */
    public SampleRecord with(String text) {
        return new SampleRecord(index, label, text, image, shape, nanos, multiplyAdds);
    }
}
