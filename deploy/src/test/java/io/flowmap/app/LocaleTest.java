package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Non-ASCII names in the C locale, as under cron and in bare containers. */
class LocaleTest {
    @TempDir
    Path dir;

    @Test
    void theLauncherBringsUtf8ToDriverAndExecutors() throws Exception {
        var home = new LaidOut(Files.createDirectories(dir.resolve("home")));
        image("uni/größe/a.png", 40);
        image("uni/世界/ü.png", 200);
        var log = dir.resolve("log");
        var process = home.flowmap(
                log,
                "ingest",
                "--master",
                "local-cluster[1,1,512]",
                "spark.executor-memory=512m",
                "spark.driver-memory=1g",
                "ingest.train=" + dir.resolve("uni"),
                "run.dir=" + dir.resolve("runs/hü"));
        cLocale(process);
        assertThat(process.start().waitFor()).as(Files.readString(log)).isZero();
        try (var runs = Files.list(dir.resolve("runs"))) {
            assertThat(runs).containsExactly(dir.resolve("runs/hü"));
        }
        assertThat(ledger(dir.resolve("runs/hü"))).containsExactly("größe/a.png 0", "世界/ü.png 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "LC_ALL=C", "LC_ALL=POSIX", "LANG=C", "LC_CTYPE=C", "LC_ALL=xx_XX.ISO-8859-1", "LANG=C.UTF-8"
            })
    void everyLocaleThatIsNotUtf8BecomesOne(String variable) throws Exception {
        assertThat(charmapAfter(variable))
                .matches(variable.equals("LANG=C.UTF-8") ? "UTF-8 " : "UTF-8 .+(?i:\\.utf-?8)");
    }

    @Test
    void withoutUtf8NothingRuns() throws Exception {
        var process = new ProcessBuilder(ForkedJvm.command(Main.class, "-Xmx256m"))
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("log").toFile());
        process.command().add("help");
        cLocale(process);
        assertThat(process.start().waitFor()).isEqualTo(2);
        assertThat(Files.readString(dir.resolve("log")).strip())
                .isEqualTo("flowmap: cannot name files in ANSI_X3.4-1968: expected a UTF-8 locale"
                        + " (set LC_ALL=C.UTF-8, or another of `locale -a`)");
    }

    @Test
    void argumentsInAnotherEncodingAreRefused() throws Exception {
        var words = String.join(" ", ForkedJvm.command(Main.class, "-Xmx256m")) + " ingest $'run.dir=/tmp/h\\xfc'";
        var ended = Deployed.run(Map.of(), "bash", "-c", words);
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.out().strip())
                .isEqualTo("flowmap: cannot read argument run.dir=/tmp/h\uFFFD: expected UTF-8, got other bytes");
    }

    private String charmapAfter(String variable) throws Exception {
        assumeTrue(Deployed.has("locale"), "no command locale");
        var script = ". " + Deployed.DEPLOY.resolve("bin/locale.sh")
                + "; utf8_locale; echo \"$(locale charmap) ${LC_ALL-}\"";
        return Deployed.run(
                        Map.of(),
                        "env",
                        "-i",
                        "PATH=" + System.getenv("PATH"),
                        variable.isEmpty() ? "NOTHING=1" : variable,
                        "bash",
                        "-euo",
                        "pipefail",
                        "-c",
                        script)
                .out()
                .lines()
                .reduce((warning, last) -> last)
                .orElse("");
    }

    /** Keys and labels of the kept records. */
    private static List<String> ledger(Path run) {
        try (var spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", false)
                .getOrCreate()) {
            return spark
                    .read()
                    .parquet(run.resolve("data/ledger").toString())
                    .where("status = 'kept'")
                    .selectExpr("concat(key, ' ', label)")
                    .as(Encoders.STRING())
                    .collectAsList()
                    .stream()
                    .sorted()
                    .toList();
        }
    }

    private static void cLocale(ProcessBuilder process) {
        process.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.startsWith("LANG"));
        process.environment().put("LC_ALL", "C");
    }

    private void image(String name, int value) throws IOException {
        var image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(3, 3, 0, value);
        var file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }
}
