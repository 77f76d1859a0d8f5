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
 * From an input record's content to what is staged.
 *
 * @param shape of every staged image or latent, with buckets of the first
 * @param buckets shapes of the aspect buckets, empty without
 * @param scaledJpeg whether JPEGs may be decoded at a part of their size
 * @param labels label must be below this
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
    /** A scaled decoder leaves at least as many times the wanted size for the framing's filter to make the best of. */
    private static final int MARGIN = 2;
    /** What a JPEG's blocks allow. */
    private static final int MOST_REDUCTION = 8;

    /** The size of an image as found. Throws {@link UnreadableRecord} with the reason for the ledger. */
    static ImageSize size(Content content, ImageDecoder decoder) throws UnreadableRecord {
        return content instanceof Content.Drawn drawn
                ? drawn.image().size()
                : decoder.size(((Content.Encoded) content).bytes());
    }

    /** The whole image, in full. Throws {@link UnreadableRecord} with the reason for the ledger. */
    static PixelImage decode(Content content, ImageDecoder decoder) throws UnreadableRecord {
        return decode(content, decoder, 1);
    }

    private static PixelImage decode(Content content, ImageDecoder decoder, int reduction) throws UnreadableRecord {
        return content instanceof Content.Drawn drawn
                ? drawn.image()
                : decoder.decode(((Content.Encoded) content).bytes(), reduction);
    }

    /** The whole image, large enough for its target. Throws {@link UnreadableRecord} with the reason for the ledger. */
    PixelImage decode(Content content, ImageDecoder decoder, ImageSize size, LatentShape target)
            throws UnreadableRecord {
        return decode(content, decoder, reduction(size, target));
    }

    /** By how much a JPEG may be smaller: the largest power of two that leaves the margin. */
    private int reduction(ImageSize size, LatentShape target) {
        if (!scaledJpeg || framing == Framing.NONE) {
            return 1;
        }
        int scale = Math.min(size.height() / target.height(), size.width() / target.width());
        return Integer.highestOneBit(Math.min(Math.max(scale / MARGIN, 1), MOST_REDUCTION));
    }

    /** The shape that an image will be stored in: that of the bucket whose aspect is nearest, as a ratio. */
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
        var wanted = new ImageSize(target.height(), target.width());
        if (!image.size().equals(wanted)) {
            throw new UnreadableRecord("size " + image.size() + ", expected " + wanted);
        }
        return image;
    }
}
