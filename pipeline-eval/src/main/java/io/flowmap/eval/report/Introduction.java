package io.flowmap.eval.report;

import io.flowmap.data.LatentData;
import io.flowmap.eval.set.ImageSources;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.eval.table.MetricTable;
import io.flowmap.page.Axis;
import io.flowmap.page.Page;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Introduction for readers who see such a page for the first time: what ran, what the images show, which values are good. */
final class Introduction {
    private final MetricTable table;
    private final LatentData train;
    private final boolean finetuned;

    Introduction(MetricTable table, LatentData train, boolean finetuned) {
        this.table = table;
        this.train = train;
        this.finetuned = finetuned;
    }

    void write(Page page) {
        page.introduction("What ran", ran())
                .introduction("What the images show", pictures())
                .introduction("Which values are good", values());
    }

    private String ran() {
        var shape = train.imageShape();
        return String.format(
                Locale.ROOT,
                "%s learned from %,d images%s (%d×%d pixels, %s). %s then generated %,d images at each of several numbers of steps, from the"
                        + " same noise. These were compared with real images.",
                drew(SampleSet.TEACHER)
                        ? "A teacher, which generates an image in many small steps,"
                        : "A flow map (the student), which generates an image in one or a few steps,",
                train.count(),
                train.classes() > 0 ? " of " + train.classes() + " classes" : "",
                shape.width(),
                shape.height(),
                shape.channels() == 1 ? "grey" : shape.channels() + " channels",
                drewBoth()
                        ? "A flow map (the student) was distilled from it, which needs one or a few steps"
                                + (finetuned ? "; it was sharpened by adversarial finetuning" : "") + ". Both"
                        : "It",
                table.protocol(table.distance()).samples());
    }

    private boolean drew(String model) {
        return !table.steps(model, table.bestGuidance()).isEmpty();
    }

    private boolean drewBoth() {
        return drew(SampleSet.TEACHER) && drew(SampleSet.STUDENT);
    }

    private String pictures() {
        return "Each grid under Samples is one number of steps" + (drewBoth() ? ", the student above the teacher" : "")
                + "; images at the same place have the same noise and " + condition(train) + " in every grid. "
                + (drewBoth()
                        ? "The run went well if the student's images at 1 to 4 steps look like the teacher's at many steps and like the real"
                                + " images further down."
                        : "The run went well if they look like the real images further down.")
                + " The guidance weight sets how strongly a sample is pushed towards its " + condition(train)
                + ": a higher weight gives clearer images with less variety.";
    }

    private String values() {
        var floor = table.ofRealImages(table.distance());
        var accuracy = table.ofRealImages(table.accuracy());
        var onTrainingImages =
                table.protocol(table.distance()).reference().split().equals(ImageSources.TRAIN);
        return String.format(
                Locale.ROOT,
                "%s is the Fréchet distance between the features of samples and real images: lower is better, and 0 is the minimum%s. Precision is"
                        + " the share of samples that look like real images, recall the share of the real images' variety that the samples"
                        + " reach%s; higher is better, and 1 is the maximum.",
                table.distance(),
                floor.isEmpty() || onTrainingImages
                        ? ""
                        : ", and training images get " + Axis.format(floor.getAsDouble())
                                + ", so a value near that is as good as this distance can show",
                accuracy.isEmpty()
                        ? ""
                        : ", class accuracy the share of samples that a classifier assigns to the requested class (it gets "
                                + Axis.format(accuracy.getAsDouble()) + " on real images"
                                + (onTrainingImages ? ", those that it was trained on)" : ")"));
    }

    /** What samples of a network trained on these data are drawn for. */
    static String condition(LatentData data) {
        return data.classes() > 0 ? "class" : data.condition().isEmpty() ? "condition" : "text";
    }

    /** The classes of a grid's columns, as a sentence; empty without classes. */
    static String columns(List<String> names, int most) {
        return names.isEmpty() ? "" : " Columns: " + names.stream().limit(most).collect(Collectors.joining(", ")) + ".";
    }
}
