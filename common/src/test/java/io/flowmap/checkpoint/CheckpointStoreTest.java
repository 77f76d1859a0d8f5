package io.flowmap.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.flowmap.job.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
    private static final ParameterLayout LAYOUT = new ParameterLayout(List.of(
            new ParameterLayout.Entry("in.weight", new long[] {2, 2}, 0),
            new ParameterLayout.Entry("out.gain", new long[] {}, 4)));
    private static final Map<String, float[]> VECTORS =
            Map.of("parameters", new float[] {1, 2, 3, 4, 5}, "ema-0.05", new float[] {5, 4, 3, 2, Float.NaN});

    @TempDir
    Path folder;

    private CheckpointStore store;

    @BeforeEach
    void openStore() {
        store = CheckpointStore.open(
                new Configuration(),
                new org.apache.hadoop.fs.Path(folder.resolve("c").toUri()));
    }

    @Test
    void checkpointComesBack() {
        var state = JsonNodeFactory.instance.objectNode().put("epoch", 3);
        var hash = store.save(12, VECTORS, LAYOUT, state);
        var loaded = store.loadLatest();
        assertThat(loaded.step()).isEqualTo(12);
        assertThat(loaded.layout()).isEqualTo(LAYOUT);
        assertThat(loaded.state()).isEqualTo(state);
        assertThat(loaded.hash()).isEqualTo(hash).hasSize(64);
        assertThat(loaded.vectors().keySet()).containsExactly("ema-0.05", "parameters");
        VECTORS.forEach((role, vector) -> assertThat(loaded.vector(role)).containsExactly(vector));
        assertThat(store.load(12, "parameters").vectors()).containsOnlyKeys("parameters");
    }

    @Test
    void hashIsOfTheContentAlone() {
        var first = store.save(
                1, VECTORS, LAYOUT, JsonNodeFactory.instance.objectNode().put("time", 1));
        var second = store.save(
                2, VECTORS, LAYOUT, JsonNodeFactory.instance.objectNode().put("time", 2));
        var third = store.save(
                3, Map.of("parameters", new float[] {1, 2, 3, 4, 6}), LAYOUT, JsonNodeFactory.instance.objectNode());
        assertThat(second).isEqualTo(first).isNotEqualTo(third);
    }

    @Test
    void halfWrittenCheckpointDoesNotCount() throws IOException {
        assertThat(store.latest()).isEmpty();
        save(1);
        save(2);
        Files.delete(folder.resolve("c/step-000000000002/checkpoint.json"));
        assertThat(store.latest()).hasValue(1);
        assertThatThrownBy(() -> store.load(2)).isInstanceOf(UserError.class).hasMessageContaining("[1]");
    }

    @Test
    void onlyTheNewestAreKept() {
        for (int step = 1; step <= 5; step++) {
            save(step);
        }
        store.keep(2);
        assertThat(store.steps()).containsExactly(4L, 5L);
        assertThat(folder.resolve("c/step-000000000001")).doesNotExist();
    }

    @Test
    void sameStepIsReplaced() {
        save(1);
        store.save(1, Map.of("parameters", new float[] {9, 9, 9, 9, 9}), LAYOUT, JsonNodeFactory.instance.objectNode());
        assertThat(store.loadLatest().vectors()).containsOnlyKeys("parameters");
    }

    @Test
    void damageIsNoticed() throws IOException {
        save(1);
        var file = folder.resolve("c/step-000000000001/parameters.safetensors");
        Files.deleteIfExists(file.resolveSibling(".parameters.safetensors.crc"));
        var bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> store.load(1)).isInstanceOf(UserError.class).hasMessageContaining("hash");
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 3));
        assertThatThrownBy(() -> store.load(1))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("parameters.safetensors");
    }

    @Test
    void layoutsHaveNoGaps() {
        assertThat(LAYOUT.length()).isEqualTo(5);
        assertThat(ParameterLayout.fromJson(LAYOUT.toJson())).isEqualTo(LAYOUT);
        assertThatThrownBy(() -> new ParameterLayout(List.of(new ParameterLayout.Entry("a", new long[] {2}, 1))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LAYOUT.entry("nothing")).hasMessageContaining("nothing");
    }

    private void save(long step) {
        store.save(step, VECTORS, LAYOUT, JsonNodeFactory.instance.objectNode());
    }
}
