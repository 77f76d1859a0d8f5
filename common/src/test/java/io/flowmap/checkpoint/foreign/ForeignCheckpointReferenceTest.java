package io.flowmap.checkpoint.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import io.flowmap.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignCheckpointReferenceTest {
    @Test
    @Tag("reference")
    void everyArrayOfEverySnapshotIsBitExact() throws IOException {
        var root = Reference.require("edm2");
        int files = 0;
        for (var folder : Reference.folders(root, f -> Files.isDirectory(f.resolve("pkl")))) {
            var expected = Reference.arrays(folder, "weights_f32");
            var config = Reference.json(folder, "config");
            for (var file : snapshots(folder)) {
                var network = open(file).at("ema");
                assertThat(List.copyOf(network.arrays().keySet()))
                        .as("names in %s", file)
                        .isEqualTo(names(folder));
                for (var name : network.arrays().keySet()) {
                    requireEqual(file + " " + name, network.read(name), expected.get(name));
                }
                requireArguments(network.configuration().path("_init_kwargs"), config.path("kw"));
                files++;
            }
        }
        Reference.checked(root, files);
    }

    private static List<Path> snapshots(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("pkl"))) {
            return files.filter(file -> file.toString().endsWith(".pkl"))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> names(Path folder) {
        var names = new ArrayList<String>();
        Reference.json(folder, "weights_index")
                .forEach(entry -> names.add(entry.get(0).asText()));
        return names;
    }

    private static void requireEqual(String what, TensorData actual, Npy expected) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        assertThat(actual.doubles()).as(what).isEqualTo(expected.values());
    }

    private static void requireArguments(JsonNode arguments, JsonNode expected) {
        assertThat(expected.isEmpty()).isFalse();
        expected.fields().forEachRemaining(field -> assertThat(arguments.path(field.getKey()))
                .as(field.getKey())
                .isEqualTo(field.getValue()));
    }

    @ParameterizedTest
    @CsvSource({"resnet20-12fca82f.th, state_dict, 270896, 65", "resnet56-4bfd9763.th, state_dict, 857000, 200"})
    void legacyTorchFileHasItsNetwork(String file, String place, long least, int fewest) {
        var network = open(TestData.require("models", file)).at(place);
        assertThat(network.format()).isEqualTo("torch legacy");
        assertThat(network.arrays()).hasSizeGreaterThanOrEqualTo(fewest).containsKey("module.conv1.weight");
        assertThat(network.arrays().get("module.conv1.weight").shape()).containsExactly(16, 3, 3, 3);
        assertThat(elements(network.readAll())).isGreaterThanOrEqualTo(least);
        requirePlausible(network);
    }

    @ParameterizedTest
    @CsvSource({"taef2_encoder.pth", "taef2_decoder.pth"})
    void zippedTorchFileHasItsNetwork(String file) {
        var network = open(TestData.require("models", file));
        assertThat(network.format()).isEqualTo("torch zip");
        assertThat(network.arrays()).isNotEmpty();
        assertThat(network.arrays().values()).allMatch(array -> array.type() == TensorData.Type.FLOAT16);
        requirePlausible(network);
    }

    private static long elements(Map<String, TensorData> arrays) {
        return arrays.values().stream().mapToLong(TensorData::count).sum();
    }

    /** Checks that weights look like those of a trained network: finite, neither all zero nor large. */
    private static void requirePlausible(ForeignCheckpoint network) {
        network.readAll().forEach((name, array) -> {
            double square = 0;
            for (double value : array.doubles()) {
                assertThat(value).as(name).isFinite();
                square += value * value;
            }
            if (name.endsWith("weight")) {
                assertThat(Math.sqrt(square / array.count())).as(name).isBetween(1e-4, 10.0);
            }
        });
    }

    private static ForeignCheckpoint open(Path file) {
        try {
            return ForeignCheckpoint.open(
                    FileSystem.getLocal(new Configuration()), new org.apache.hadoop.fs.Path(file.toUri()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
