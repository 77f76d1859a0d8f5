package io.flowmap.eval.report;

import static org.apache.spark.sql.functions.col;

import io.flowmap.data.LatentData;
import io.flowmap.data.SampleSchema;
import io.flowmap.eval.set.EncodedImages;
import io.flowmap.eval.set.LabelledImage;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.page.Axis;
import io.flowmap.page.Html;
import io.flowmap.page.PngImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/** Image grids, one column per class if there are classes: samples from the same noise with increasing steps, and real images. */
final class ImageSection {
    private static final int SMALLEST_GRID = 360;

    private final SparkSession spark;
    private final LatentData data;
    private final ReportConfig settings;

    ImageSection(SparkSession spark, LatentData data, ReportConfig settings) {
        this.spark = spark;
        this.data = data;
        this.settings = settings;
    }

    /** For each number of steps, the student's samples above the teacher's, at one guidance weight. */
    String samples(List<SampleSet> sets, double guidance) {
        var ofWeight = sets.stream().filter(set -> set.guidance() == guidance).toList();
        var steps = new TreeSet<Integer>();
        ofWeight.forEach(set -> steps.add(set.steps()));
        var html = new StringBuilder("<div class=\"grids\">");
        for (int n : steps) {
            html.append("<figure><figcaption>")
                    .append(n)
                    .append(n == 1 ? " step" : " steps")
                    .append("</figcaption>");
            for (var model : List.of(SampleSet.STUDENT, SampleSet.TEACHER)) {
                ofWeight.stream()
                        .filter(set -> set.steps() == n && set.model().equals(model))
                        .forEach(set -> html.append("<span class=\"who ")
                                .append(model)
                                .append("\">")
                                .append(model)
                                .append("</span>")
                                .append(Html.image(
                                        grid(firstOf(set)),
                                        "samples of the " + model + ", " + n + (n == 1 ? " step" : " steps")
                                                + ", guidance " + Axis.format(guidance) + described())));
            }
            html.append("</figure>");
        }
        return html.append("</div>").toString();
    }

    /** Real images of the split, by class. */
    String real() {
        var images = new ArrayList<LabelledImage>();
        var block = data.read(0);
        var shown = new HashMap<Integer, Integer>();
        try (var decoder = EncodedImages.decoder(data)) {
            for (int row = 0; row < block.count(); row++) {
                int label = block.label()[row];
                int most = settings.imagesPerClass() * (isUnlabelled() ? columns() : 1);
                if (label < settings.classes() && shown.merge(label, 1, Integer::sum) <= most) {
                    images.add(new LabelledImage(block.index()[row], label, decoder.decode(block.latent(row), 1)));
                }
            }
        }
        return "<div class=\"single\"><figure>" + Html.image(grid(images), "real images" + described())
                + "</figure></div>";
    }

    /** The student's first samples at the fewest steps and that weight, one per class, above the training images nearest to them. */
    String neighbours(List<SampleSet> sets, double guidance, LatentData train) {
        return sets.stream()
                .filter(set -> set.guidance() == guidance && set.model().equals(SampleSet.STUDENT))
                .findFirst()
                .map(set -> NeighbourSection.html(spark, train, columns(firstOf(set))))
                .orElse("");
    }

    private boolean isUnlabelled() {
        return data.classes() == 0;
    }

    /** Columns of a grid: classes, or as many images as there may be classes. */
    private int columns() {
        return isUnlabelled() ? settings.classes() : Math.min(settings.classes(), data.classes());
    }

    /** What the columns of a grid are, for descriptions. */
    private String described() {
        return isUnlabelled() ? "" : ": one column per class";
    }

    private List<byte[]> columns(List<LabelledImage> images) {
        return IntStream.range(0, columns())
                .mapToObj(column -> isUnlabelled() ? unlabelled(images, column) : labelled(images, column, 0))
                .filter(Objects::nonNull)
                .toList();
    }

    /** The samples with the smallest indices, enough to fill every place of the grid, whatever the order of the labels. */
    private List<LabelledImage> firstOf(SampleSet set) {
        long enough = 8L * Math.max(1, data.classes()) * settings.imagesPerClass();
        return set.rows(spark).filter(col("index").lt(enough)).orderBy("index").collectAsList().stream()
                .map(SampleSchema::record)
                .map(sample -> new LabelledImage(sample.index(), sample.label(), sample.image()))
                .toList();
    }

    private PngImage grid(List<LabelledImage> images) {
        int columns = columns();
        var rows = new ArrayList<List<byte[]>>();
        for (int row = 0; row < settings.imagesPerClass(); row++) {
            var cells = new ArrayList<byte[]>();
            for (int column = 0; column < columns; column++) {
                cells.add(isUnlabelled() ? unlabelled(images, row * columns + column) : labelled(images, column, row));
            }
            if (row == 0 || cells.stream().anyMatch(Objects::nonNull)) {
                rows.add(cells);
            }
        }
        int scale = Math.max(
                1,
                Math.round((float) SMALLEST_GRID / (columns * data.imageShape().width())));
        return PngImage.grid(rows, data.imageShape(), scale);
    }

    private static byte[] labelled(List<LabelledImage> images, int label, int number) {
        return images.stream()
                .filter(image -> image.label() == label)
                .skip(number)
                .findFirst()
                .map(LabelledImage::pixels)
                .orElse(null);
    }

    private static byte[] unlabelled(List<LabelledImage> images, int number) {
        return number < images.size() ? images.get(number).pixels() : null;
    }
}
