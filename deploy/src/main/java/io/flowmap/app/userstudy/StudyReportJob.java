package io.flowmap.app.userstudy;

import io.flowmap.app.lab.LabPage;
import io.flowmap.app.study.TextTable;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.eval.preference.ParticipantBootstrap;
import io.flowmap.eval.preference.PreferenceAnalysis;
import io.flowmap.eval.preference.PreferenceResult;
import io.flowmap.eval.preference.PreferenceResult.Estimate;
import io.flowmap.eval.report.PreferenceSection;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import io.flowmap.page.Csv;
import io.flowmap.page.Page;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.stage.StageOutput;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Analyses the answers of a study: strengths, win rates, agreement, side bias, excluded participants; a page and CSV files. */
public final class StudyReportJob implements Job {
    private static final String SECTION = "study.report";
    private static final String LINES = ".jsonl";

    /**
     * @param answers answers that count
     * @param unreadable lines that a killed server left unfinished
     */
    private record Facts(String planHash, int answers, long participants, long excluded, int unreadable) {}

    @Override
    public String name() {
        return "study report";
    }

    @Override
    public String summary() {
        return "analyse the answers of a user study: strengths, win rates, agreement, side bias, excluded participants";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of(SECTION, StudyReportConfig.class);
    }

    /** Replaces an earlier report of other answers. */
    @Override
    public void run(JobContext context) {
        var config = context.settings().section(SECTION, StudyReportConfig.class);
        var planned = StageInput.stage(context, StageNames.STUDY_PLAN);
        var dir = context.stage(StageNames.STUDY_PLAN);
        var study = Plan.read(Store.of(context.hadoop(), dir), dir);
        var folder = context.stage(StageNames.STUDY_ANSWERS);
        var answers = new Answers(study);
        var hash = read(Store.of(context.hadoop(), folder), folder, answers);
        var inputs = List.of(planned, new StageInput("answers", StageInput.withoutCredentials(folder), hash));
        new Stage(StageNames.STUDY_REPORT, List.of(SECTION), inputs)
                .make(
                        context.with(List.of("run.overwrite=true")),
                        name(),
                        output -> report(context, config, study, answers, output));
    }

    /** Reads every file of answers, in the order of names; returns the hash of all. */
    private static String read(FileSystem fileSystem, Path folder, Answers answers) {
        var digest = Sha256.digest();
        for (var file : files(fileSystem, folder)) {
            byte[] bytes = AtomicFile.read(fileSystem, file);
            digest.update(bytes);
            answers.read(file.toString(), bytes);
        }
        if (answers.count() == 0) {
            throw new UserError("cannot report a study: expected answers as files *" + LINES + " in " + folder
                    + ", got none (flowmap study serve collects them)");
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static List<Path> files(FileSystem fileSystem, Path folder) {
        var files = new ArrayList<Path>();
        try {
            for (FileStatus status : fileSystem.listStatus(folder)) {
                if (status.isFile() && status.getPath().getName().endsWith(LINES)) {
                    files.add(status.getPath());
                }
            }
        } catch (FileNotFoundException e) {
            return List.of();
        } catch (IOException e) {
            throw Store.failure("cannot list " + folder, e);
        }
        files.sort(Comparator.comparing(Path::getName));
        return files;
    }

    private static Facts report(
            JobContext context, StudyReportConfig config, Plan.Stored study, Answers answers, StageOutput output) {
        var plan = study.plan();
        var bootstrap =
                new ParticipantBootstrap(context.run().seedOf("study report"), config.resamples(), config.confidence());
        var result = new PreferenceAnalysis(
                        study.hash(), plan.sets(), plan.compared(), plan.exclude(), bootstrap, config.ridge())
                .of(answers.participants());
        var section = new PreferenceSection(result);
        LabPage.text(output, PreferenceResult.FILE, Json.pretty(result));
        LabPage.table(output, new TextTable(section.strengths()) + "\n" + section.explanation() + "\n");
        LabPage.text(output, "sets.csv", Csv.of(sets(result)));
        LabPage.text(output, "pairs.csv", Csv.of(pairs(result)));
        LabPage.text(output, "participants.csv", Csv.of(people(result)));
        LabPage.page(output, page(context, plan, answers, section));
        return new Facts(
                study.hash(),
                result.answers(),
                result.counted(),
                result.people().size() - result.counted(),
                answers.unreadable());
    }

    private static String page(JobContext context, Plan plan, Answers answers, PreferenceSection section) {
        var page = new Page(plan.title(), plan.question()).command(context.command());
        page.introduction("What was asked", section.explanation());
        if (answers.unreadable() > 0) {
            page.introduction(
                    "Lines left out",
                    answers.unreadable()
                            + " of the lines in the files of answers end in the middle, as a killed server leaves them."
                            + " Their answers had not been confirmed.");
        }
        return page.section("Which is best", "", section.html())
                .section("Participants", "", section.people())
                .html();
    }

    private static List<List<?>> sets(PreferenceResult result) {
        var rows = new ArrayList<List<?>>();
        rows.add(List.of("set", "strength", "low", "high", "chosen", "chosen_low", "chosen_high"));
        for (int i = 0; i < result.sets().size(); i++) {
            rows.add(row(
                    result.sets().get(i),
                    result.strengths().get(i),
                    result.chosen().get(i)));
        }
        rows.add(row("none", result.tieWeight(), result.tied()));
        return rows;
    }

    private static List<?> row(String name, Estimate one, Estimate other) {
        return List.of(name, one.value(), one.low(), one.high(), other.value(), other.low(), other.high());
    }

    private static List<List<?>> pairs(PreferenceResult result) {
        var rows = new ArrayList<List<?>>();
        rows.add(List.of("set", "other", "share", "low", "high"));
        for (int i = 0; i < result.sets().size(); i++) {
            for (int j = 0; j < result.sets().size(); j++) {
                var share = result.over().get(i).get(j);
                if (i != j) {
                    rows.add(List.of(
                            result.sets().get(i), result.sets().get(j), share.value(), share.low(), share.high()));
                }
            }
        }
        return rows;
    }

    private static List<List<?>> people(PreferenceResult result) {
        var rows = new ArrayList<List<?>>();
        rows.add(List.of(
                "participant",
                "answered",
                "checks_passed",
                "self_agreement",
                "median_seconds",
                "one_position",
                "excluded"));
        for (var person : result.people()) {
            rows.add(List.of(
                    person.number(),
                    person.answered(),
                    person.passed(),
                    person.selfAgreement(),
                    person.medianSeconds(),
                    person.oneSide(),
                    person.excluded()));
        }
        return rows;
    }
}
