package io.flowmap.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.tensor.ParameterLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        damage(file);
        var bytes = Files.readAllBytes(file);
        assertThatThrownBy(() -> store.load(1)).isInstanceOf(UserError.class).hasMessageContaining("hash");
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 3));
        assertThatThrownBy(() -> store.load(1))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("parameters.safetensors");
    }

    @Test
    void damageIsNoticedIfOnlyTheDamagedRoleIsRead() throws IOException {
        save(1);
        damage(folder.resolve("c/step-000000000001/parameters.safetensors"));
        assertThat(store.load(1, "ema-0.05").vectors()).containsOnlyKeys("ema-0.05");
        assertThatThrownBy(() -> store.load(1, "parameters"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("parameters.safetensors: expected content with hash");
    }

    @Test
    void theLatestIntactCheckpointReplacesADamagedOne() throws IOException {
        save(1);
        save(2);
        damage(folder.resolve("c/step-000000000002/parameters.safetensors"));
        assertThat(store.loadLatest().step()).isEqualTo(1);
        assertThatThrownBy(() -> store.loadFinal())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("hash");
        store.truncate(1);
        assertThat(store.steps()).containsExactly(1L);
        Files.delete(folder.resolve("c/step-000000000001/ema-0.05.safetensors"));
        assertThatThrownBy(() -> store.loadLatest())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("ema-0.05.safetensors");
    }

    @Test
    void anEarlierCheckpointOfAStepStaysIntactUntilTheIndexIsReplaced() throws IOException {
        save(1);
        var dir = folder.resolve("c/step-000000000001");
        var index = Files.readAllBytes(dir.resolve("checkpoint.json"));
        Files.writeString(dir.resolve("parameters_1.safetensors"), "cut off");
        assertThat(store.loadLatest().vector("parameters")).containsExactly(VECTORS.get("parameters"));
        store.save(1, Map.of("parameters", new float[] {9, 9, 9, 9, 9}), LAYOUT, JsonNodeFactory.instance.objectNode());
        assertThat(store.load(1).vector("parameters")).containsExactly(9, 9, 9, 9, 9);
        assertThat(Files.readAllBytes(dir.resolve("checkpoint.json"))).isNotEqualTo(index);
        try (var files = Files.list(dir)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("checkpoint.json", "parameters_2.safetensors");
        }
    }

    @Test
    void checkpointsWithoutHashesOfRolesAreRead() throws IOException {
        save(1);
        var file = folder.resolve("c/step-000000000001/checkpoint.json");
        var tree = (ObjectNode) Json.mapper().readTree(file.toFile());
        tree.remove("files");
        Files.writeString(file, tree.toString());
        assertThat(store.loadLatest().vectors()).containsOnlyKeys("ema-0.05", "parameters");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "step | 7",
                "roles | null",
                "roles | [null]",
                "roles | [\"../x\"]",
                "sha256 | null",
                "files | {\"parameters\": null, \"ema-0.05\": null}",
                "files | {\"parameters\": {\"name\": \"../x\", \"sha256\": \"0\"}}",
                "layout | null",
                "layout | [null]",
                "layout | [{\"name\": \"a\", \"shape\": null, \"offset\": 0}]",
                "layout | [{\"name\": null, \"shape\": [2], \"offset\": 0}]",
                "layout | [{\"name\": \"a\", \"shape\": [2], \"offset\": 3}]",
                "layout | [{\"name\": \"a\", \"shape\": [4611686018427387904, 4], \"offset\": 0}]",
                "layout | [{\"name\": \"a\", \"shape\": [2147483000], \"offset\": 0}]"
            })
    void damagedIndexIsAUserError(String key, String value) throws IOException {
        save(1);
        var file = folder.resolve("c/step-000000000001/checkpoint.json");
        var tree = (ObjectNode) Json.mapper().readTree(file.toFile());
        tree.set(key, Json.mapper().readTree(value));
        Files.writeString(file, tree.toString());
        assertThatThrownBy(() -> store.load(1))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("c/step-000000000001/")
                .hasMessageContaining("expected")
                .hasMessageContaining("got")
                .hasMessageNotContaining("\n");
    }

    @Test
    void damagedIndexTextIsAUserError() throws IOException {
        save(1);
        for (var text : List.of("null", "[]", "{", "", "{}")) {
            Files.writeString(folder.resolve("c/step-000000000001/checkpoint.json"), text);
            assertThatThrownBy(() -> store.load(1))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("checkpoint.json: expected")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void namesOfStepsDoNotDependOnTheLocale() {
        var usual = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            save(12);
        } finally {
            Locale.setDefault(usual);
        }
        assertThat(store.steps()).containsExactly(12L);
    }

    @Test
    void layoutsHaveNoGaps() {
        assertThat(LAYOUT.length()).isEqualTo(5);
        assertThatThrownBy(() -> new ParameterLayout(List.of(new ParameterLayout.Entry("a", new long[] {2}, 1))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LAYOUT.entry("nothing")).hasMessageContaining("nothing");
    }

    private static void damage(Path file) throws IOException {
        var bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
    }

    private void save(long step) {
        store.save(step, VECTORS, LAYOUT, JsonNodeFactory.instance.objectNode());
    }
}
