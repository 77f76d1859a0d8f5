package io.flowmap.app.userstudy;

import io.flowmap.config.UserError;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Store;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.stage.StageNames;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.fs.Path;

/** Serves a study's page until it is interrupted, and stores the answers beside the plan. */
public final class ServeJob implements Job {
    private static final String SECTION = "study.serve";
    private static final String FILE = "served.jsonl";

    @Override
    public String name() {
        return "study serve";
    }

    @Override
    public String summary() {
        return "serve a user study's page to its participants until interrupted, and store their answers";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of(SECTION, ServeConfig.class);
    }

    @Override
    public void run(JobContext context) {
        var config = context.settings().section(SECTION, ServeConfig.class);
        var dir = context.stage(StageNames.STUDY_PLAN);
        var fileSystem = Store.of(context.hadoop(), dir);
        Manifest.read(fileSystem, dir);
        var study = Plan.read(fileSystem, dir);
        int people = study.plan().participants().size();
        var tokens = Tokens.read(fileSystem, dir, people);
        var folder = context.stage(StageNames.STUDY_ANSWERS);
        if (!folder.toUri().getScheme().equals("file")) {
            throw new UserError(
                    "cannot store answers in " + folder
                            + ": expected a directory of this machine (run.dir or run.stages.study), to which lines can be appended");
        }
        var address = new InetSocketAddress(config.host(), config.port());
        if (address.isUnresolved()) {
            throw new UserError(
                    "cannot serve at study.serve.host = " + config.host() + ": expected an address of this machine");
        }
        int total = study.plan().participants().stream().mapToInt(List::size).sum();
        try (var file = AnswerFile.open(java.nio.file.Path.of(folder.toUri().getPath(), FILE), study);
                var bar = context.progress().bar("study serve", total, "answers");
                var server = new StudyServer(
                        address,
                        study,
                        tokens,
                        number -> AtomicFile.read(fileSystem, Plan.picture(dir, number)),
                        file,
                        () -> bar.step(1))) {
            bar.step(file.count());
            var facts = new TreeMap<String, Object>();
            facts.put("address", "http://" + config.host() + ":" + server.port() + "/TOKEN");
            facts.put("tokens", new Path(dir, Tokens.FILE));
            facts.put("answers", file.path());
            facts.put("participants", people);
            context.progress().phase(name(), facts);
            context.progress().goesOn("with the answers in " + file.path());
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw Store.failure("cannot close the file of answers", e);
        }
    }
}
