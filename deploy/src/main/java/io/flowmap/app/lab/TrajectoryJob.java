package io.flowmap.app.lab;

import io.flowmap.app.study.TextTable;
import io.flowmap.app.study.TrajectoryErrors;
import io.flowmap.app.study.TrajectoryErrors.Interval;
import io.flowmap.app.study.TrajectoryErrors.Reading;
import io.flowmap.config.UserError;
import io.flowmap.data.Conditions;
import io.flowmap.data.LatentData;
import io.flowmap.distill.DistillConfig;
import io.flowmap.distill.teacher.StoredTeacher;
import io.flowmap.distill.teacher.TeacherConfig;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.StoredModel;
import io.flowmap.page.Html;
import io.flowmap.page.Page;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Compares a flow map with the trajectories of its guided teacher, to show what it has not learned yet. */
public final class TrajectoryJob implements Job {
    private static final String SECTION = "lab.trajectory";

    private record Facts(List<Reading> readings) {}

    @Override
    public String name() {
        return "lab trajectory";
    }

    @Override
    public String summary() {
        return "compare the run's flow map with its teacher's trajectories, by interval and guidance weight";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of(SECTION, TrajectoryConfig.class, "distill", DistillConfig.class);
    }

    /** Replaces an earlier result in the run. */
    @Override
    public void run(JobContext context) {
        var settings = context.settings().section(SECTION, TrajectoryConfig.class);
        var guided = context.settings().section("distill.teacher", TeacherConfig.class);
        var student = StoredModel.of(context, settings.stage(), ".", settings.average());
        if (!student.spec().flowMap()) {
            throw new UserError(
                    "cannot compare " + student.dir() + " with trajectories: expected a flow map, got a velocity");
        }
        var average = context.settings().tree("distill.teacher-average").asText();
        var teacher = StoredTeacher.of(context, guided, average);
        var inputs = List.of(
                StageInput.stage(context, StageNames.DATA),
                StageInput.stage(context, guided.stage()),
                StageInput.stage(context, settings.stage()));
        new Stage("lab/trajectory", List.of(SECTION, "distill"), inputs)
                .make(context.with(List.of("run.overwrite=true")), name(), output -> {
                    var readings = readings(context, settings, teacher, student);
                    LabPage.table(output, text(readings));
                    LabPage.page(output, page(student.dir(), readings));
                    return new Facts(readings);
                });
    }

    private static List<Reading> readings(
            JobContext context, TrajectoryConfig settings, StoredTeacher teacher, StoredModel student) {
        var data = LatentData.open(context.hadoop(), context.stage(StageNames.DATA), "test");
        student.requireFits(data);
        teacher.main().requireFits(data);
        var points = PathPoints.of(
                data, settings.samples(), new CounterRandom(context.run().seed()));
        int n = points.conditions().count();
        var condition = student.spec().condition();
        long[] sample = student.spec().sample();
        var readings = new ArrayList<Reading>();
        try (var guided = teacher.open(context.hadoop());
                var trained = student.frozen("student", context.hadoop());
                var velocity = new FieldProgram(guided, condition, n, sample);
                var map = new FieldProgram(trained, condition, n, sample)) {
            var errors = new TrajectoryErrors(velocity, map, points.conditions(), settings.steps());
            for (Interval interval : settings.pairs()) {
                readings.addAll(errors.readings(points.at(interval.t()), interval, settings.guidance()));
                context.progress().phase("lab trajectory", Map.of("t", interval.t(), "s", interval.s()));
            }
        }
        return readings;
    }

    /** Records of a split and their noise, from which the points x_t of every time are computed. */
    private record PathPoints(INDArray x0, INDArray z, Conditions conditions) {
        static PathPoints of(LatentData data, int most, CounterRandom random) {
            int n = (int) Math.min(most, data.count());
            int size = data.shape().size();
            var x0 = new float[n * size];
            var z = new float[n * size];
            var conditions = Conditions.allocate(n, data.condition());
            int row = 0;
            for (int number = 0; row < n; number++) {
                var block = data.read(number);
                int taken = Math.min(n - row, block.count());
                System.arraycopy(block.values(), 0, x0, row * size, taken * size);
                for (int record = 0; record < taken; record++) {
                    block.copyConditions(record, conditions, row++);
                }
            }
            for (int i = 0; i < n; i++) {
                random.gaussians(z, i * size, size, i);
            }
            long[] d = data.shape().dimensions();
            long[] shape = {n, d[0], d[1], d[2]};
            return new PathPoints(Nd4j.create(x0, shape, 'c'), Nd4j.create(z, shape, 'c'), conditions);
        }

        INDArray at(double t) {
            return x0.mul(1 - t).addi(z.mul(t));
        }
    }

    private static String text(List<Reading> readings) {
        return "\n" + new TextTable(rows("relative error", "%.3f", readings, r -> r.error() / r.field())) + "\n"
                + new TextTable(rows("relative effect of the guidance", "%.3f", readings, r -> r.effect() / r.field()))
                + "\n" + new TextTable(rows("share of the guidance learned", "%.2f", readings, Reading::learned));
    }

    private static String page(String dir, List<Reading> readings) {
        return new Page("A flow map and its teacher's trajectories", dir)
                .section(
                        "Relative error ||F - F*|| / ||F*||",
                        "F* is the mean velocity of the guided teacher's trajectory from x_t to s, by Heun's method.",
                        Html.table(
                                "By interval and guidance weight λ; ↓ lower is better, 0 is exact.",
                                rows("t to s", "%.3f", readings, r -> r.error() / r.field()),
                                1))
                .section(
                        "Relative effect of the guidance",
                        "Distance of F* from F* at weight 1.",
                        Html.table(
                                "By interval and guidance weight λ, as a share of ||F*||.",
                                rows("t to s", "%.3f", readings, r -> r.effect() / r.field()),
                                1))
                .section(
                        "Share of the guidance learned",
                        "The student's difference from F* at weight 1, projected on that effect: 1 means fully learned.",
                        Html.table(
                                "By interval and guidance weight λ; 1 is best.",
                                rows("t to s", "%.2f", readings, Reading::learned),
                                1))
                .html();
    }

    /** One row per interval, one column per guidance weight. */
    private static List<List<String>> rows(
            String title, String pattern, List<Reading> readings, ToDoubleFunction<Reading> value) {
        var rows = new ArrayList<List<String>>();
        var head = new ArrayList<>(List.of(title));
        readings.stream().map(Reading::guidance).distinct().forEach(w -> head.add("lambda=" + w));
        rows.add(head);
        for (var interval : readings.stream()
                .map(r -> new Interval(r.t(), r.s()))
                .distinct()
                .toList()) {
            var row = new ArrayList<>(List.of(interval.t() + " to " + interval.s()));
            readings.stream()
                    .filter(r -> r.t() == interval.t() && r.s() == interval.s())
                    .mapToDouble(value)
                    .forEach(v -> row.add(Double.isNaN(v) ? "" : String.format(Locale.ROOT, pattern, v)));
            rows.add(row);
        }
        return rows;
    }
}
