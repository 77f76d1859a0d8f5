package io.flowmap.ingest;

import io.flowmap.data.LatentShape;
import io.flowmap.ingest.image.Framing;
import io.flowmap.ingest.image.ImageDecoder;
import io.flowmap.ingest.image.PixelImage;
import io.flowmap.ingest.image.UnreadableRecord;
import io.flowmap.ingest.source.Content;
import io.flowmap.ingest.source.Limits;
import java.io.Serializable;

/**
 * From an input record's content to pixels of the dataset's shape.
 *
 * @param labels label must be below this
 */
record Recipe(LatentShape shape, Framing framing, Limits limits, int labels) implements Serializable {
    /** The whole image. Throws {@link UnreadableRecord} with the reason for the ledger. */
    static PixelImage decode(Content content, ImageDecoder decoder) throws UnreadableRecord {
        if (content instanceof Content.Drawn drawn) {
            return drawn.image();
        }
        return decoder.decode(((Content.Encoded) content).bytes());
    }

    /** The image as it will be stored. */
    PixelImage frame(PixelImage whole) throws UnreadableRecord {
        var image = framing.apply(whole.withChannels(shape.channels()), shape.height());
        if (image.height() != shape.height() || image.width() != shape.width()) {
            throw new UnreadableRecord("size " + image.width() + "x" + image.height() + ", expected " + shape.width()
                    + "x" + shape.height());
        }
        return image;
    }
}
