package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Spark settings in deploy/profiles. */
class ProfilesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu-etl", "gpu-train"})
    void profilesHoldOnlySparkSettingsThatTheLauncherDoesNotSet(String profile) {
        var settings = read(profile);
        assertThat(settings).isNotEmpty();
        assertThat(settings.keySet()).allSatisfy(SparkKeys::requireKnown);
        var launchers = Deployed.conf(Deployed.plan(
                Deployed.request(List.of("pipeline", "--master", "k8s://x", "run.dir=s3a://bucket/run"))));
        assertThat(settings).doesNotContainKeys(launchers.keySet().toArray(String[]::new));
    }

    @Test
    void trainingHasAGpuPerTaskWithoutRapidsAndSqlSharesTheGpu() {
        var train = read("gpu-train");
        assertThat(train).containsEntry("spark.task.resource.gpu.amount", "1").doesNotContainKey("spark.plugins");
        var sql = read("gpu-etl");
        assertThat(Double.parseDouble(sql.get("spark.task.resource.gpu.amount"))
                        * Integer.parseInt(sql.get("spark.executor.cores")))
                .isEqualTo(Double.parseDouble(sql.get("spark.executor.resource.gpu.amount")));
        for (var profile : List.of(train, sql)) {
            var script = profile.get("spark.executor.resource.gpu.discoveryScript");
            assertThat(Path.of(Deployed.here(script))).isExecutable();
        }
    }

    @Test
    void theDiscoveryScriptPrintsGpusInSparksFormat() throws Exception {
        var gpus = Deployed.DEPLOY.resolve("bin/gpus").toString();
        tool("printf '0\\n1\\n'");
        var told = Deployed.run(path(), gpus);
        var information = ResourceInformation.parseJson(told.out());
        assertThat(information.name()).isEqualTo("gpu");
        assertThat(information.addresses()).containsExactly("0", "1");
        tool("true");
        assertThat(Deployed.run(path(), gpus).code()).isNotZero();
    }

    static Map<String, String> read(String profile) {
        var file = Deployed.DEPLOY.resolve("profiles/" + profile + "/spark-defaults.conf");
        var settings = new TreeMap<String, String>();
        Utils.getPropertiesFromFile(file.toString()).foreach(pair -> settings.put(pair._1(), pair._2()));
        return settings;
    }

    private void tool(String does) throws IOException {
        var tool = folder.resolve("nvidia-smi");
        Files.writeString(tool, "#!/bin/sh\n" + does + "\n");
        assertThat(tool.toFile().setExecutable(true)).isTrue();
    }

    private Map<String, String> path() {
        return Map.of("PATH", folder + ":" + System.getenv("PATH"));
    }
}
