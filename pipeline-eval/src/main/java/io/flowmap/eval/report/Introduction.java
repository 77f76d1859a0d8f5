package io.flowmap.eval.report;

import io.flowmap.data.LatentData;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.eval.table.MetricTable;
import io.flowmap.page.Axis;
import io.flowmap.page.Page;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a reader has to know who has never seen such a page: what ran, what the pictures show, which values are good. */
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
                .introduction("What the pictures show", pictures())
                .introduction("Which values are good", values());
    }

    private String ran() {
        var shape = train.imageShape();
        return String.format(
                Locale.ROOT,
                "%s learned from %,d images%s (%d×%d pixels, %s). %s then drew %,d images at each of several numbers of steps, from the same"
                        + " noise, and these were compared with real images.",
                drew(SampleSet.TEACHER)
                        ? "A teacher, which draws an image in many small steps,"
                        : "A flow map, here called the student, which draws an image in one to a few steps,",
                train.count(),
                train.classes() > 0 ? " of " + train.classes() + " classes" : "",
                shape.width(),
                shape.height(),
                shape.channels() == 1 ? "grey" : shape.channels() + " channels",
                drewBoth()
                        ? "A flow map, the student, was distilled from it, which draws in one to a few steps"
                                + (finetuned ? "; an adversarial finetuning sharpened it" : "") + ". Both"
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
                + "; the same place has the same noise and class in every grid. "
                + (drewBoth()
                        ? "The run went well if the student's images at 1 to 4 steps look like the teacher's at many steps and like the real"
                                + " images further down."
                        : "The run went well if they look like the real images further down.")
                + " The guidance weight says how strongly a sample is pushed towards its class: a higher one gives clearer images with less"
                + " variety.";
    }

    private String values() {
        var floor = table.ofRealImages(table.distance());
        var accuracy = table.ofRealImages(table.accuracy());
        return String.format(
                Locale.ROOT,
                "%s is the Fréchet distance between the features of samples and real images: lower is better, 0 is the least%s. Precision is"
                        + " the share of samples that look like real images, recall the share of the real images' variety that the samples"
                        + " reach%s; of all these higher is better and 1 is the most.",
                table.distance(),
                floor.isEmpty()
                        ? ""
                        : ", and training images get " + Axis.format(floor.getAsDouble())
                                + ", so that a generator near it is as good as can be told",
                accuracy.isEmpty()
                        ? ""
                        : ", class accuracy the share of samples in which a classifier sees the class that was asked for (it gets "
                                + Axis.format(accuracy.getAsDouble()) + " on real images)");
    }

    /** The classes of a grid's columns, in words; empty without classes. */
    static String columns(List<String> names, int most) {
        return names.isEmpty() ? "" : " Columns: " + names.stream().limit(most).collect(Collectors.joining(", ")) + ".";
    }
}
