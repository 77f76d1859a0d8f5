package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.app.launch.Application;
import io.flowmap.app.launch.Request;
import io.flowmap.app.launch.Stages;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The registered jobs on drawn shapes, with the smallest possible networks and trainings. */
final class TinyRun {
    static final List<String> NETWORKS = List.of(
            "network.edm2.model-channels=8",
            "network.edm2.channel-mult=[1, 1]",
            "training.batch-per-worker=4",
            "training.local-steps=2",
            "training.average=parameters",
            "pretrain.main.training.steps=8",
            "pretrain.weak.training.steps=4",
            "distill.training.steps=8",
            "distill.objective.warmup-steps=2",
            "generate.steps=[1, 2]",
            "generate.samples=30",
            "generate.batch=10",
            "evaluate.classifier.steps=10",
            "evaluate.recall-samples=20");
    static final List<String> SHAPES = List.of(
            "ingest.train=embedded:shapes",
            "ingest.test=embedded:shapes",
            "ingest.shapes.count=120",
            "ingest.shapes.test-count=60");

    private TinyRun() {}

    /** Runs a command in a directory and returns its exit code; the system property spark.master sets the master. */
    static int run(String command, Path dir, PrintWriter err, String... more) {
        var overrides = new ArrayList<>(SHAPES);
        overrides.addAll(NETWORKS);
        overrides.add("run.dir=" + dir);
        overrides.addAll(List.of(more));
        var out = new PrintWriter(new StringWriter());
        return new Application(Stages.registered(), Clock.systemUTC(), out, err)
                .run(new Request(command, Optional.empty(), overrides, Optional.empty()));
    }

    /** Runs a command that must succeed. */
    static void complete(String command, Path dir, String... more) {
        var err = new StringWriter();
        assertThat(run(command, dir, new PrintWriter(err, true), more))
                .as(err::toString)
                .isZero();
    }
}
