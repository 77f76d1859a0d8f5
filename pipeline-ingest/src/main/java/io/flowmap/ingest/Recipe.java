package io.flowmap.ingest;

import io.flowmap.data.LatentShape;
import io.flowmap.ingest.image.Framing;
import io.flowmap.ingest.image.ImageDecoder;
import io.flowmap.ingest.image.ImageSize;
import io.flowmap.ingest.image.PixelImage;
import io.flowmap.ingest.image.UnreadableRecord;
import io.flowmap.ingest.judge.FilterConfig;
import io.flowmap.ingest.source.Content;
import io.flowmap.ingest.source.Reading;
import java.io.Serializable;
import java.util.ArrayList;

/**
 * Describes how the content of an input record becomes a staged image or latent.
 *
 * @param shape shape of every staged image or latent; with buckets, that of the first bucket
 * @param buckets shapes of the aspect buckets, empty without buckets
 * @param scaledJpeg whether JPEGs may be decoded at a reduced size
 * @param labels number of classes; labels must be smaller
 */
record Recipe(
        Reading reading,
        LatentShape shape,
        ArrayList<LatentShape> buckets,
        Framing framing,
        boolean scaledJpeg,
        FilterConfig filter,
        boolean captionRequired,
        int labels)
        implements Serializable {
    /**
     * Scaled decoding leaves the image at least this many times larger than its target, so that the framing's filter determines the
     * quality.
     */
    private static final int MARGIN = 2;
    /** Largest reduction that the 8x8 blocks of a JPEG support. */
    private static final int MOST_REDUCTION = 8;

    /** Size of an image as stored in the source. Throws {@link UnreadableRecord} with the reason for the ledger. */
    static ImageSize size(Content content, ImageDecoder decoder) throws UnreadableRecord {
        return content instanceof Content.Drawn drawn
                ? drawn.image().size()
                : decoder.size(((Content.Encoded) content).bytes());
    }

    /** Decodes an image at full size. Throws {@link UnreadableRecord} with the reason for the ledger. */
    static PixelImage decode(Content content, ImageDecoder decoder) throws UnreadableRecord {
        return decode(content, decoder, 1);
    }

    private static PixelImage decode(Content content, ImageDecoder decoder, int reduction) throws UnreadableRecord {
        return content instanceof Content.Drawn drawn
                ? drawn.image()
                : decoder.decode(((Content.Encoded) content).bytes(), reduction);
    }

    /**
     * Decodes an image, possibly reduced but large enough for its target. Throws {@link UnreadableRecord} with the reason for the ledger.
     */
    PixelImage decode(Content content, ImageDecoder decoder, ImageSize size, LatentShape target)
            throws UnreadableRecord {
        return decode(content, decoder, reduction(size, target));
    }

    /** Factor by which a JPEG may be reduced: the largest power of two that leaves the margin. */
    private int reduction(ImageSize size, LatentShape target) {
        if (!scaledJpeg || framing == Framing.NONE) {
            return 1;
        }
        int scale = Math.min(size.height() / target.height(), size.width() / target.width());
        return Integer.highestOneBit(Math.min(Math.max(scale / MARGIN, 1), MOST_REDUCTION));
    }

    /** Shape in which an image is stored: the bucket with the nearest aspect ratio. */
    LatentShape target(ImageSize size) {
        double aspect = Math.log(size.aspect());
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

    /** Name of a target's bucket, null without buckets. */
    String bucket(LatentShape target) {
        return buckets.isEmpty() ? null : name(target);
    }

    /** Name of a bucket in the settings, "WxH". */
    static String name(LatentShape bucket) {
        return bucket.width() + "x" + bucket.height();
    }

    /** Frames an image to its target shape. */
    PixelImage frame(PixelImage whole, LatentShape target) throws UnreadableRecord {
        var image = framing.apply(whole.withChannels(target.channels()), target.height(), target.width());
        var wanted = new ImageSize(target.height(), target.width());
        if (!image.size().equals(wanted)) {
            throw new UnreadableRecord("size " + image.size() + ", expected " + wanted);
        }
        return image;
    }
}
