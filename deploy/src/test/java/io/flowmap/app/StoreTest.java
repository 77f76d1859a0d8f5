package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@link StoreScenario} in its own network namespace, since the server listens on all interfaces. */
class StoreTest {
    private static final Path SERVER = Path.of("s3mock/target/classpath");

    @TempDir
    Path dir;

    @Test
    void localDiskAStandaloneClusterHdfsAndAFaultyS3GiveTheSameFlowMap() throws IOException, InterruptedException {
        assumeTrue(
                Files.exists(SERVER), "skipped: expected the server's class path in deploy/" + SERVER + ", got none");
        Isolated.require();
        var command =
                new ArrayList<>(List.of("env", "SPARK_SCALA_VERSION=2.12", "SPARK_HOME=" + dir.resolve("spark-home")));
        command.addAll(ForkedJvm.command(StoreScenario.class));
        command.addAll(List.of(dir.toString(), Files.readString(SERVER)));
        var text = Isolated.run(command, dir.resolve("log"), 40);
        assertThat(text).endsWith("\nexit=0\n");
        var found = Isolated.found(text);
        assertThat(found.get("hdfs")).isNotBlank().isEqualTo(found.get("local"));
        assertThat(found.get("s3")).isEqualTo(found.get("local"));
        assertThat(found.get("cluster")).isEqualTo(found.get("local"));
        assertThat(text).containsPattern("phase=resume .*step=[1-9]");
        assertThat(found.get("killed")).startsWith("[step-").doesNotContain("step-000000000024");
        assertThat(found)
                .containsEntry("committer", "\"magic\"")
                .containsEntry("left", "0")
                .containsEntry("secrets", "0")
                .containsEntry("doctor", "0");
        assertThat(Integer.parseInt(found.get("slowed"))).isPositive();
        assertThat(Integer.parseInt(found.get("cut"))).isPositive();
        assertThat(text).doesNotContain(StoreScenario.SECRET);
    }
}
