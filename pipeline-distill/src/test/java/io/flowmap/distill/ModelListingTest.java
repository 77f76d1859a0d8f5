package io.flowmap.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.checkpoint.flux.DrawnFlux;
import io.flowmap.config.UserError;
import io.flowmap.distill.train.Sessions;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code import --list} on folders of models. */
class ModelListingTest {
    private static final long FLUX_AND_T5 = 11_901_408_320L + 4_762_310_656L;

    @TempDir
    Path dir;

    /** What was reported, line by line. */
    private record Told(List<Map<String, ?>> lines) implements Progress {
        @Override
        public void phase(String name, Map<String, ?> facts) {
            lines.add(Map.copyOf(facts));
        }

        @Override
        public Bar bar(String name, long total, String unit) {
            throw new AssertionError("a listing counts nothing");
        }
    }

    @Test
    void aFolderOfTrueSizesIsListedFromItsHeadersInSeconds() throws IOException {
        DrawnFlux.writeSparse(dir, DrawnFlux.dev(3072));
        List<Map<String, ?>> lines = list(dir);
        Map<String, ?> last = lines.get(lines.size() - 1);
        assertThat(last.get("parts")).isEqualTo(3);
        assertThat(last.get("parameters")).isEqualTo(FLUX_AND_T5);
        assertThat(last.get("bytes")).isEqualTo(2 * FLUX_AND_T5);
        assertThat(last.get("license")).isEqualTo("drawn-for-tests");
        assertThat((double) last.get("seconds")).isLessThan(10);
        assertThat((long) last.get("peak_rss_mb")).isPositive();
        assertThat(lines)
                .contains(Map.of(
                        "array",
                        "transformer_blocks.18.ff.net.0.proj.weight",
                        "dtype",
                        io.flowmap.checkpoint.TensorData.Type.BFLOAT16,
                        "shape",
                        "[12288,3072]"));
        assertThat(lines).anyMatch(line -> "FLUX transformer, names of diffusers".equals(line.get("holds")));
    }

    @Test
    void aDamagedOrEmptyFolderIsRefusedByName() throws IOException {
        assertThatThrownBy(() -> list(dir)).isInstanceOf(UserError.class).hasMessageContaining(dir.toString());
        Path file = Files.write(Files.createDirectories(dir.resolve("vae")).resolve("model.safetensors"), new byte[40]);
        assertThatThrownBy(() -> list(dir)).isInstanceOf(UserError.class).hasMessageContaining(file.toString());
        assertThatThrownBy(() -> list(dir.resolve("absent")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("absent: no such file");
    }

    private static List<Map<String, ?>> list(Path place) {
        var context = Sessions.context(Sessions.open("local[1]"), "import.list=" + place);
        var told = new Told(new ArrayList<>());
        new ImportJob().run(new JobContext(context.spark(), context.settings(), told, context.clock()));
        return told.lines();
    }
}
