package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.testing.FailingFileSystem;
import io.flowmap.testing.FailingFileSystem.Event;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * If opening, reading or closing a file on a store fails, for any file, the command ends with exit code 1 and the store's message; run
 * again, it produces the same output. The test records each command's operations by kind of file. With {@code -Dflowmap.outages=all}
 * all of them fail in turn, otherwise a few per command.
 */
@ExtendWith(LocalMaster.class)
class OutageTest {
    private static final Logger LOG = LoggerFactory.getLogger(OutageTest.class);
    private static final int FEW = 1;
    /**
     * Operations where a failing answer is no failure: whether a file exists is asked before it is opened, and Hadoop works without its
     * checksum files.
     */
    private static final List<FailingFileSystem.Op> ASKED = List.of(FailingFileSystem.Op.STATUS);

    @TempDir
    Path folder;

    @AfterEach
    void heal() {
        FailingFileSystem.plan(null);
    }

    /** Commands in order, with the stage that each writes. */
    private static Map<String, String> commands() {
        var commands = new LinkedHashMap<String, String>();
        commands.put("ingest", "data");
        commands.put("pretrain", "teacher");
        commands.put("distill", "flowmap");
        commands.put("finetune", "finetuned");
        commands.put("ema", "flowmap-ema");
        commands.put("generate", "samples");
        commands.put("evaluate", "metrics");
        commands.put("sweep", "sweep");
        commands.put("dataset", "dataset");
        commands.put("report", "report");
        return commands;
    }

    @Test
    void everyReaderAndWriterDistinguishesOutagesFromMistakes() throws IOException {
        boolean all = "all".equals(System.getProperty("flowmap.outages"));
        var faults = new ArrayList<String>();
        int tried = 0;
        for (var command : commands().entrySet()) {
            FailingFileSystem.plan(null);
            assertThat(run(command.getKey())).isEmpty();
            var events = FailingFileSystem.seen().stream()
                    .filter(event ->
                            !ASKED.contains(event.op()) && !event.kind().endsWith(".crc"))
                    .sorted()
                    .toList();
            var stage = folder.resolve("run").resolve(command.getValue());
            var whole = folder.resolve("whole");
            Files.move(stage, whole);
            int stride = all ? 1 : Math.max(1, events.size() / FEW);
            for (int i = tried % stride; i < events.size(); i += stride) {
                FileUtil.fullyDelete(stage.toFile());
                fault(command.getKey(), events.get(i)).ifPresent(faults::add);
                tried++;
            }
            FailingFileSystem.plan(null);
            assertThat(run(command.getKey())).as("after " + events).isEmpty();
            assertThat(hashes(stage)).isEqualTo(hashes(whole));
            FileUtil.fullyDelete(whole.toFile());
        }
        LOG.info("outages={} faults={}", tried, faults);
        assertThat(faults).isEmpty();
        assertThat(tried).isGreaterThanOrEqualTo(FEW * commands().size());
    }

    /** What is wrong with a command's reaction to an outage, if anything. */
    private Optional<String> fault(String command, Event event) {
        FailingFileSystem.plan(event);
        var told = run(command);
        if (!FailingFileSystem.failed()) {
            return Optional.empty();
        }
        return told.startsWith("1 ") && told.contains(FailingFileSystem.MESSAGE)
                ? Optional.empty()
                : Optional.of("\n" + command + " " + event + ": "
                        + told.lines().limit(8).toList());
    }

    /** Identifies the output of a training; missing in other stages. */
    private static JsonNode hashes(Path stage) throws IOException {
        return Json.mapper()
                .readTree(Files.readString(stage.resolve("manifest.json")))
                .at("/facts/hashes");
    }

    /** Empty if the command succeeds, otherwise its exit code and output. */
    private String run(String command) {
        var err = new StringWriter();
        var out = new PrintWriter(err, true);
        var more = new String[] {
            "run.dir=failing:" + folder.resolve("run"),
            "training.snapshot-every=2",
            "finetune.training.steps=4",
            "finetune.discriminator.channel-base=128",
            "finetune.discriminator.channel-max=8",
            "finetune.watch.samples=20",
            "ema.widths=[0.05]",
            "sweep.guidance=[2.0]",
            "sweep.steps=[1]",
            "sweep.samples=30",
            "sweep.batch=10",
            "sweep.gamma=[0]"
        };
        int code = TinyRun.run(command, folder.resolve("run"), out, more);
        return code == 0 ? "" : code + " " + err;
    }
}
