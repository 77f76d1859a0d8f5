package io.flowmap.eval.set;

import io.flowmap.codec.PixelDecoder;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentData;
import io.flowmap.data.LatentShape;
import io.flowmap.eval.feature.LabelledImages;

/** A split of ingested data as uint8 images, decoded block by block. */
public record EncodedImages(LatentData data) implements LabelledImages {
    public EncodedImages {
        if (data.classes() < 2) {
            throw new UserError(
                    "cannot train a classifier on the ingested data: expected labels of 2 or more classes, got "
                            + data.classes());
        }
    }

    @Override
    public LatentShape shape() {
        return data.imageShape();
    }

    @Override
    public int classes() {
        return data.classes();
    }

    @Override
    public int blocks() {
        return data.blocks().size();
    }

    @Override
    public Block block(int number) {
        var block = data.read(number);
        for (int row = 0; row < block.count(); row++) {
            if (block.label()[row] < 0 || block.label()[row] >= data.classes()) {
                throw new UserError("cannot train a classifier on the ingested data: expected labels from 0 to "
                        + (data.classes() - 1) + ", got " + block.label()[row] + " for record " + block.index()[row]);
            }
        }
        int size = shape().size();
        var pixels = new byte[block.count() * size];
        try (var decoder = decoder(data)) {
            for (int row = 0; row < block.count(); row++) {
                System.arraycopy(decoder.decode(block.latent(row), 1), 0, pixels, row * size, size);
            }
        }
        return new Block(block.label(), pixels);
    }

    /** Decoder from the data's latents to images. */
    public static PixelDecoder decoder(LatentData data) {
        return PixelDecoder.open(data.hadoop(), data.encoder(), data.shape());
    }
}
