package io.flowmap.app.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalClusterTest {
    @TempDir
    Path folder;

    @Test
    void onlyJobsOfTheClustersMasterGetItsSecret() throws IOException {
        var cluster = new LocalCluster(Optional.of(folder));
        assertThat(cluster.settings("spark://127.0.0.1:7077")).isEmpty();
        Files.writeString(folder.resolve("url"), "spark://127.0.0.1:7077\n");
        Files.writeString(
                folder.resolve("secret.properties"), "spark.authenticate true\nspark.authenticate.secret hush\n");
        assertThat(cluster.settings("spark://127.0.0.1:7077"))
                .containsEntry("spark.authenticate", "true")
                .containsEntry("spark.authenticate.secret", "hush")
                .hasSize(2)
                .isEqualTo(cluster.settings("spark://localhost:7077"));
        assertThat(cluster.settings("spark://127.0.0.1:7078")).isEmpty();
        assertThat(cluster.settings("local[*]")).isEmpty();
        assertThat(new LocalCluster(Optional.empty()).settings("spark://127.0.0.1:7077"))
                .isEmpty();
    }

    @Test
    void aBrokenFolderIsTheUsersMistake() throws IOException {
        Files.writeString(folder.resolve("secret.properties"), "");
        assertThatThrownBy(() -> new LocalCluster(Optional.of(folder)).settings("spark://127.0.0.1:7077"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(folder.resolve("secret.properties").toString());
    }
}
