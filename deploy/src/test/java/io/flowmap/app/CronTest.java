package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The nightly run under plain cron, with a stub for the launcher. */
class CronTest {
    private static final String NIGHTLY =
            Deployed.DEPLOY.resolve("cron/nightly.sh").toString();

    @TempDir
    Path folder;

    @BeforeEach
    void needsALock() {
        assumeTrue(Deployed.has("flock"), "no flock");
    }

    @Test
    void theLineOfTheCrontabIsAValidCommand() throws IOException {
        var lines = Deployed.lines(Files.readString(Deployed.DEPLOY.resolve("cron/crontab")))
                .toList();
        assertThat(lines).hasSize(1);
        var words = Deployed.words(lines.get(0));
        SparkApplication.requireCron(String.join(" ", words.subList(0, 5)));
        assertThat(Deployed.here(words.get(5))).isEqualTo(NIGHTLY);
        assertThat(lines.get(0)).doesNotContain("%"); // cron would cut the line there
        Deployed.request(words.subList(7, words.size()));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 1", "1, 1, 3", "2, 2, 1", "137, 137, 3"})
    void failuresAreRunThreeTimesAndAUsersMistakeOnce(int code, int ended, int runs) throws Exception {
        launcher("exit " + code);
        assertThat(nightly().code()).isEqualTo(ended);
        assertThat(Files.readAllLines(folder.resolve("runs/log")))
                .filteredOn(line -> line.contains("state=ended"))
                .hasSize(runs)
                .allSatisfy(line -> assertThat(line).contains("command=pipeline", "code=" + code));
    }

    @Test
    void noRunFollowsASuccessfulOne() throws Exception {
        launcher("[ -e " + folder.resolve("tried") + " ] || { touch " + folder.resolve("tried") + "; exit 1; }");
        assertThat(nightly().code()).isZero();
        assertThat(Files.readString(folder.resolve("runs/log")))
                .contains("run=2")
                .doesNotContain("run=3");
    }

    @Test
    void oneRunAtATime() throws Exception {
        launcher("exit 0");
        var lock = Files.createDirectories(folder.resolve("runs")).resolve("log.lock");
        var second = Deployed.run(
                environment(), "flock", lock.toString(), NIGHTLY, folder.resolve("runs/log") + "", "pipeline");
        assertThat(second.code()).isEqualTo(75);
        assertThat(second.out()).contains("the last run is still active");
        assertThat(folder.resolve("runs/log")).doesNotExist();
    }

    private Deployed.Ended nightly() throws Exception {
        return Deployed.run(environment(), NIGHTLY, folder.resolve("runs/log").toString(), "pipeline", "run.seed=1");
    }

    private Map<String, String> environment() {
        return Map.of("FLOWMAP", folder.resolve("flowmap").toString(), "FLOWMAP_WAIT", "0");
    }

    private void launcher(String does) throws IOException {
        var launcher = folder.resolve("flowmap");
        Files.writeString(launcher, "#!/bin/sh\n" + does + "\n");
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
    }
}
