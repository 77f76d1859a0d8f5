package io.flowmap.app.userstudy;

import io.flowmap.app.lab.LabPage;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentData;
import io.flowmap.eval.set.ImageSources;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Store;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.stage.StageOutput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;

/** Makes a study of several sets of samples of the same prompts and seeds: a plan with a hash, pictures, tokens, on request pages. */
public final class MakeJob implements Job {
    static final String SECTION = "study.make";
    static final String PAGES = "pages";

    private record Facts(String planHash, List<String> sets, int participants, int questions, int pictures) {}

    @Override
    public String name() {
        return "study make";
    }

    @Override
    public String summary() {
        return "plan a user study of sets of samples of the same prompts and seeds: pairs or best of three";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of(SECTION, MakeConfig.class);
    }

    @Override
    public void run(JobContext context) {
        var config = context.settings().section(SECTION, MakeConfig.class);
        var inputs = new ArrayList<StageInput>();
        for (var set : config.sets()) {
            inputs.add(StageInput.finished(context, "samples of " + set.name(), samples(context, set)));
        }
        if (context.finished(StageNames.DATA)) {
            inputs.add(StageInput.stage(context, StageNames.DATA));
        }
        var sets = sets(context, config);
        new Stage(StageNames.STUDY_PLAN, List.of(SECTION), inputs)
                .make(context, name(), output -> make(context, config, sets, output));
    }

    private static Facts make(JobContext context, MakeConfig config, List<SampleSet> sets, StageOutput output) {
        long seed = context.run().seedOf("study");
        var design = new Design(config.sets().size(), config.compare().images(), config.scenes(), seed);
        var asked = IntStream.range(0, config.participants())
                .mapToObj(i -> design.next(i, config.questions(), config.checks(), config.repeats()))
                .toList();
        var pictures = new Pictures(asked, seed);
        try (var bar = context.progress().bar("study make", sets.size(), "sets")) {
            for (int i = 0; i < sets.size(); i++) {
                var name = config.sets().get(i).name();
                pictures.write(
                        context.spark(), output.fileSystem(), output.dir(), i, name, sets.get(i), config.scenes());
                bar.step(1);
            }
        }
        var plan = new Plan(
                config.title(),
                config.question(),
                config.sets().stream().map(StudySet::name).toList(),
                config.compare().images(),
                config.exclude(),
                prompts(context, config, pictures.labels()),
                pictures.pictures(),
                pictures.participants());
        var hash = plan.write(output.fileSystem(), output.dir());
        Tokens.write(output.fileSystem(), output.dir(), config.participants());
        if (config.pages()) {
            writePages(output, new Plan.Stored(plan, hash));
        }
        return new Facts(
                hash,
                plan.sets(),
                config.participants(),
                plan.questions(1).size(),
                plan.pictures().size());
    }

    private static void writePages(StageOutput output, Plan.Stored stored) {
        for (int participant = 1; participant <= stored.plan().participants().size(); participant++) {
            var page = StudyPage.ofFile(
                    stored,
                    participant,
                    number -> AtomicFile.read(output.fileSystem(), Plan.picture(output.dir(), number)));
            LabPage.text(output, PAGES + "/participant-" + participant + ".html", page);
        }
    }

    private static Path samples(JobContext context, StudySet set) {
        if (set.samples().isEmpty()) {
            return context.stage(StageNames.SAMPLES);
        }
        var dir = new Path(set.samples());
        return Store.of(context.hadoop(), dir).makeQualified(dir);
    }

    /** The sets, all from the same noise. */
    private static List<SampleSet> sets(JobContext context, MakeConfig config) {
        var sets = new ArrayList<SampleSet>();
        for (var wanted : config.sets()) {
            var dir = samples(context, wanted);
            var there = SampleSet.list(Store.of(context.hadoop(), dir), dir);
            var set = there.stream()
                    .filter(one -> one.name().equals(SampleSet.name(wanted.model(), wanted.guidance(), wanted.steps())))
                    .findFirst()
                    .orElseThrow(
                            () -> new UserError("cannot make a study with set " + wanted.name() + ": expected one of "
                                    + there.stream().map(SampleSet::name).toList() + " in " + dir + ", got "
                                    + SampleSet.name(wanted.model(), wanted.guidance(), wanted.steps())));
            if (!sets.isEmpty()
                    && !Objects.equals(set.origin().seed(), sets.get(0).origin().seed())) {
                throw new UserError("cannot make a study with set " + wanted.name()
                        + ": expected samples from the same noise as set "
                        + config.sets().get(0).name() + " (seed "
                        + sets.get(0).origin().seed() + "), got seed "
                        + set.origin().seed());
            }
            sets.add(set);
        }
        return sets;
    }

    /** The lines of a file in turn, as generation takes captions in turn; without one, the names of the classes. */
    private static List<String> prompts(JobContext context, MakeConfig config, int[] labels) {
        if (!config.prompts().isEmpty()) {
            var file = new Path(config.prompts());
            var lines = new String(AtomicFile.read(Store.of(context.hadoop(), file), file), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            if (lines.isEmpty()) {
                throw new UserError("cannot take prompts from " + file + ": expected a line for each, got none");
            }
            return IntStream.range(0, labels.length)
                    .mapToObj(scene -> lines.get(scene % lines.size()).strip())
                    .toList();
        }
        var names = context.finished(StageNames.DATA)
                ? LatentData.open(context.hadoop(), context.stage(StageNames.DATA), ImageSources.TRAIN)
                        .classNames()
                : List.<String>of();
        return Arrays.stream(labels)
                .mapToObj(label -> label >= 0 && label < names.size() ? names.get(label) : "")
                .toList();
    }
}
