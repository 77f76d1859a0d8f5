package io.flowmap.ingest;

import io.flowmap.data.LatentShape;
import io.flowmap.ingest.image.Framing;
import io.flowmap.ingest.image.ImageDecoder;
import io.flowmap.ingest.image.PixelImage;
import io.flowmap.ingest.image.UnreadableRecord;
import io.flowmap.ingest.source.Content;
import io.flowmap.ingest.source.Reading;
import java.io.Serializable;
import java.util.ArrayList;

/**
 * From an input record's content to what is staged.
 *
 * @param shape of every staged image or latent, with buckets of the first
 * @param buckets shapes of the aspect buckets, empty without
 * @param labels label must be below this
 */
record Recipe(
        Reading reading,
        LatentShape shape,
        ArrayList<LatentShape> buckets,
        Framing framing,
        FilterSettings filter,
        boolean captionRequired,
        int labels)
        implements Serializable {
    /** The whole image. Throws {@link UnreadableRecord} with the reason for the ledger. */
    static PixelImage decode(Content content, ImageDecoder decoder) throws UnreadableRecord {
        if (content instanceof Content.Drawn drawn) {
            return drawn.image();
        }
        return decoder.decode(((Content.Encoded) content).bytes());
    }

    /** The shape that an image will be stored in: that of the bucket whose aspect is nearest, as a ratio. */
    LatentShape target(PixelImage whole) {
        double aspect = Math.log((double) whole.width() / whole.height());
        var nearest = shape;
        double least = Double.POSITIVE_INFINITY;
        for (var bucket : buckets) {
            double distance = Math.abs(Math.log((double) bucket.width() / bucket.height()) - aspect);
            if (distance < least) {
                least = distance;
                nearest = bucket;
            }
        }
        return nearest;
    }

    /** The name of a target's bucket, null without buckets. */
    String bucket(LatentShape target) {
        return buckets.isEmpty() ? null : name(target);
    }

    /** "WxH", as buckets are called in the settings. */
    static String name(LatentShape bucket) {
        return bucket.width() + "x" + bucket.height();
    }

    /** The image as it will be stored. */
    PixelImage frame(PixelImage whole, LatentShape target) throws UnreadableRecord {
        var image = framing.apply(whole.withChannels(target.channels()), target.height(), target.width());
        if (image.height() != target.height() || image.width() != target.width()) {
            throw new UnreadableRecord("size " + image.width() + "x" + image.height() + ", expected " + target.width()
                    + "x" + target.height());
        }
        return image;
    }
}
