package io.flowmap.eval.report;

import io.flowmap.data.LatentData;
import io.flowmap.data.LatentShape;
import io.flowmap.eval.set.ImageSources;
import io.flowmap.eval.set.LabelledImage;
import io.flowmap.page.Html;
import io.flowmap.page.PngImage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;

/** Samples above the training images nearest to them in squared pixel distance, which would reveal copies of training images. */
final class NeighbourSection {
    private static final int NEIGHBOURS = 3;
    private static final int SMALLEST_GRID = 480;

    private NeighbourSection() {}

    /** A training image as a candidate neighbour. */
    private record Neighbour(long distance, long index, byte[] pixels) implements Serializable {
        static final Comparator<Neighbour> NEAREST =
                Comparator.comparingLong(Neighbour::distance).thenComparingLong(Neighbour::index);
    }

    /** A picture of the samples, one per column, above their neighbours. */
    static String html(SparkSession spark, LatentData train, List<byte[]> samples) {
        var neighbours = nearest(ImageSources.real(spark, train, train.count()), samples);
        var rows = new ArrayList<List<byte[]>>();
        rows.add(samples);
        for (int i = 0; i < Math.min(NEIGHBOURS, train.count()); i++) {
            int number = i;
            rows.add(neighbours.stream()
                    .map(ofSample -> ofSample.get(number).pixels())
                    .toList());
        }
        return "<div class=\"single\"><figure>"
                + Html.image(
                        PngImage.grid(rows, train.imageShape(), scale(train.imageShape(), samples.size())),
                        "a row of samples over three rows of their nearest training images")
                + "</figure></div>";
    }

    private static List<List<Neighbour>> nearest(JavaRDD<LabelledImage> images, List<byte[]> samples) {
        var kept = new ArrayList<>(samples);
        return images.mapPartitions(part -> {
                    var nearest = none(kept.size());
                    part.forEachRemaining(image -> add(nearest, image, kept));
                    return List.of(nearest).iterator();
                })
                .reduce(NeighbourSection::merged);
    }

    private static void add(List<List<Neighbour>> nearest, LabelledImage image, List<byte[]> samples) {
        for (int i = 0; i < samples.size(); i++) {
            long distance = distance(samples.get(i), image.pixels());
            var ofSample = nearest.get(i);
            if (ofSample.size() < NEIGHBOURS
                    || distance <= ofSample.get(NEIGHBOURS - 1).distance()) {
                ofSample.add(new Neighbour(distance, image.index(), image.pixels()));
                cut(ofSample);
            }
        }
    }

    private static List<List<Neighbour>> merged(List<List<Neighbour>> one, List<List<Neighbour>> other) {
        var merged = none(one.size());
        for (int i = 0; i < merged.size(); i++) {
            merged.get(i).addAll(one.get(i));
            merged.get(i).addAll(other.get(i));
            cut(merged.get(i));
        }
        return merged;
    }

    /** The nearest neighbours of a list, in order; ties are resolved by the smaller index. */
    private static void cut(List<Neighbour> neighbours) {
        neighbours.sort(Neighbour.NEAREST);
        if (neighbours.size() > NEIGHBOURS) {
            neighbours.subList(NEIGHBOURS, neighbours.size()).clear();
        }
    }

    private static List<List<Neighbour>> none(int samples) {
        var none = new ArrayList<List<Neighbour>>();
        IntStream.range(0, samples).forEach(i -> none.add(new ArrayList<>()));
        return none;
    }

    private static long distance(byte[] a, byte[] b) {
        long sum = 0;
        for (int i = 0; i < a.length; i++) {
            int difference = (a[i] & 0xff) - (b[i] & 0xff);
            sum += (long) difference * difference;
        }
        return sum;
    }

    private static int scale(LatentShape shape, int columns) {
        return Math.max(1, Math.round((float) SMALLEST_GRID / (columns * shape.width())));
    }
}
