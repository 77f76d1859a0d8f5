package io.flowmap.app.lab;

import io.flowmap.app.study.TextTable;
import io.flowmap.app.study.Toy2d;
import io.flowmap.app.study.ToyStudy;
import io.flowmap.app.study.ToyStudy.Result;
import io.flowmap.page.Html;
import io.flowmap.page.Page;
import io.flowmap.page.PngImage;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageOutput;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Trains every objective on points in a plane, where exact samples and velocities are known (AYF Fig. 12). */
public final class Toy2dJob implements Job {
    private static final String SECTION = "lab.toy2d";
    /** Columns of the picture. */
    private static final int COLUMNS = 4;

    /**
     * @param distances by objective and number of steps
     * @param floor distance between two sets of exact samples
     */
    private record Facts(Map<String, List<Double>> distances, double floor) {}

    @Override
    public String name() {
        return "lab toy2d";
    }

    @Override
    public String summary() {
        return "train all objectives on points in a plane with an exact teacher: picture and exact distances (AYF Fig. 12)";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of(SECTION, Toy2d.class);
    }

    @Override
    public void run(JobContext context) {
        new Stage("lab/toy2d", List.of(SECTION), List.of()).make(context, name(), output -> study(context, output));
    }

    private static Facts study(JobContext context, StageOutput output) {
        var toy = context.settings().section(SECTION, Toy2d.class);
        var study = new ToyStudy(toy, new CounterRandom(context.run().seed()));
        var results = study.results();
        var rows = rows(toy, results);
        LabPage.table(output, new TextTable(rows) + "\n" + protocol(toy, study.floor()) + "\n");
        LabPage.picture(output, "toy2d.png", picture(study.data(), results));
        LabPage.page(output, page(toy, study, results, rows));
        var distances = new TreeMap<String, List<Double>>();
        results.forEach(result -> distances.put(result.row().name(), result.distances()));
        return new Facts(distances, study.floor());
    }

    private static List<List<String>> rows(Toy2d toy, List<Result> results) {
        var rows = new ArrayList<List<String>>();
        var head = new ArrayList<>(List.of("sliced W2"));
        toy.sampledSteps().forEach(n -> head.add(n + (n == 1 ? " step" : " steps")));
        rows.add(head);
        for (var result : results) {
            var row = new ArrayList<>(List.of(result.row().name()));
            result.distances().forEach(distance -> row.add(String.format(Locale.ROOT, "%.4f", distance)));
            rows.add(row);
        }
        return rows;
    }

    private static String protocol(Toy2d toy, double floor) {
        return String.format(
                Locale.ROOT,
                "%,d samples per class against as many exact ones (guided rows: against the guided teacher with 100 Heun steps);"
                        + " floor, from other exact samples: %.4f. %d steps of %d points per student, guidance weight %s.",
                toy.samples(),
                floor,
                toy.steps(),
                toy.batch(),
                toy.guidance());
    }

    /** First a row of data, then a row for each objective; columns are the first numbers of steps. */
    private static PngImage picture(double[] data, List<Result> results) {
        var rows = new ArrayList<List<byte[]>>();
        rows.add(List.of(Scatter.image(data)));
        results.forEach(result -> rows.add(images(result)));
        return PngImage.grid(rows, Scatter.SHAPE, 1);
    }

    private static List<byte[]> images(Result result) {
        return result.points().stream().limit(COLUMNS).map(Scatter::image).toList();
    }

    private static String page(Toy2d toy, ToyStudy study, List<Result> results, List<List<String>> rows) {
        var pictures = new StringBuilder("<div class=\"grids\">");
        pictures.append(figure("data", List.of(Scatter.image(study.data()))));
        results.forEach(result -> pictures.append(figure(result.row().name(), images(result))));
        var steps = toy.sampledSteps().stream()
                .limit(COLUMNS)
                .map(n -> Integer.toString(n))
                .toList();
        return new Page("Every objective in the plane", "Two spirals of thin Gaussians, exact teachers (AYF Fig. 12)")
                .section(
                        "Distances",
                        protocol(toy, study.floor()),
                        Html.table(
                                "Sliced W2 to exact samples by objective and number of steps; lower is better.",
                                rows,
                                1))
                .section("Samples", "From left to right " + String.join(", ", steps) + " steps.", pictures + "</div>")
                .html();
    }

    private static String figure(String name, List<byte[]> images) {
        return "<figure><figcaption>" + Html.text(name) + "</figcaption>"
                + Html.image(PngImage.grid(List.of(images), Scatter.SHAPE, 1), name) + "</figure>";
    }
}
