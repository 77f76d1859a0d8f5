package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.deploy.k8s.Config$;
import org.apache.spark.internal.config.ConfigEntry;
import org.apache.spark.internal.config.UI$;
import org.apache.spark.internal.config.package$;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.internal.StaticSQLConf$;

/** Spark's own registry of settings. */
final class SparkKeys {
    /** Prefixes of settings that Spark passes on and of plugins' settings; their keys are not in the registry. */
    private static final List<String> FAMILIES = List.of(
            "spark.app.name",
            "spark.hadoop.",
            "spark.executorEnv.",
            "spark.executor.resource.gpu.",
            "spark.task.resource.gpu.",
            "spark.kubernetes.driver.secretKeyRef.",
            "spark.kubernetes.executor.secretKeyRef.",
            "spark.rapids.");

    private SparkKeys() {}

    static void requireKnown(String key) {
        // Loads the registries.
        assertThat(List.of(package$.MODULE$, UI$.MODULE$, Config$.MODULE$, SQLConf.get(), StaticSQLConf$.MODULE$))
                .hasSize(5);
        if (FAMILIES.stream().noneMatch(key::startsWith)) {
            assertThat((Object) ConfigEntry.findEntry(key))
                    .as("Spark knows " + key)
                    .isNotNull();
        }
    }
}
