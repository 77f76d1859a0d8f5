package io.flowmap.nn.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.checkpoint.foreign.ConfigFile;
import io.flowmap.model.FrozenWeights;
import io.flowmap.nn.Scope;
import io.flowmap.testing.FrozenValues;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** T5 and CLIP from files of transformers, compared with the original code in float64. */
@Tag("reference")
class TextEncoderReferenceTest {
    private static final Map<DataType, Double> TOLERANCES = Map.of(DataType.DOUBLE, 1e-9, DataType.FLOAT, 5e-6);
    private static final Configuration HADOOP = new Configuration();

    @Test
    void hiddenStatesAndBucketsOfT5MatchTheOriginal() {
        for (var folder : folders("t5")) {
            var config = T5Encoder.Config.of(ConfigFile.read(HADOOP, hadoop(folder.resolve("config.json"))));
            var network = new T5Encoder(config);
            var goldens = Reference.arrays(folder, "goldens_f64");
            var weights = FrozenWeights.open(
                    HADOOP, "a T5 encoder", hadoop(folder), network.parameters(), T5Encoder::parameter);
            buckets(goldens.get("relative_bucket"), config);
            int cases = 1;
            for (var type : TOLERANCES.keySet()) {
                var hidden = run(type, weights, T5Encoder.TABLE, goldens.get("input_ids"), network::apply);
                compare(folder, type, "last_hidden_state", hidden, goldens);
                cases++;
            }
            Reference.checked(folder, cases);
        }
    }

    @Test
    void hiddenStatesAndPooledOutputOfClipMatchTheOriginal() {
        for (var folder : folders("clip")) {
            var network =
                    new ClipText(ClipText.Config.of(ConfigFile.read(HADOOP, hadoop(folder.resolve("config.json")))));
            var goldens = Reference.arrays(folder, "goldens_f64");
            var weights = FrozenWeights.open(
                    HADOOP, "a CLIP text encoder", hadoop(folder), network.parameters(), ClipText::parameter);
            int cases = 0;
            for (var type : TOLERANCES.keySet()) {
                var ids = goldens.get("input_ids");
                var hidden = run(type, weights, ClipText.TABLE, ids, network::apply);
                compare(folder, type, "last_hidden_state", hidden, goldens);
                compare(folder, type, "pooler_output", pooled(hidden, ids), goldens);
                cases += 2;
            }
            Reference.checked(folder, cases);
        }
    }

    private static java.util.List<Path> folders(String kind) {
        return Reference.folders(
                        Reference.require("flux", "text"),
                        folder -> Files.exists(folder.resolve(kind).resolve("goldens_f64.npz")))
                .stream()
                .map(folder -> folder.resolve(kind))
                .toList();
    }

    private static void buckets(Npy expected, T5Encoder.Config config) {
        int tokens = (int) expected.shape()[0];
        for (int query = 0; query < tokens; query++) {
            for (int key = 0; key < tokens; key++) {
                assertThat(T5Encoder.bucket(key - query, config.buckets(), config.farthest()))
                        .as("bucket of %d and %d", query, key)
                        .isEqualTo((int) expected.values()[query * tokens + key]);
            }
        }
    }

    private static double[] run(
            DataType type,
            FrozenWeights weights,
            String table,
            Npy ids,
            BiFunction<Scope, SDVariable, SDVariable> network) {
        INDArray rows = weights.arrays().get(table);
        int width = (int) rows.size(1);
        var values = new double[ids.values().length * width];
        for (int i = 0; i < ids.values().length; i++) {
            double[] row = rows.getRow((long) ids.values()[i]).dup().data().asDouble();
            System.arraycopy(row, 0, values, i * width, width);
        }
        var embedded = new Npy("f8", new long[] {ids.shape()[0], ids.shape()[1], width}, values);
        return FrozenValues.of(type, weights.arrays(), embedded, network).get(FrozenValues.OUTPUT);
    }

    private static double[] pooled(double[] hidden, Npy ids) {
        int n = (int) ids.shape()[0];
        int tokens = (int) ids.shape()[1];
        int width = hidden.length / n / tokens;
        var pooled = new double[n * width];
        for (int i = 0; i < n; i++) {
            var own = Arrays.stream(Arrays.copyOfRange(ids.values(), i * tokens, (i + 1) * tokens))
                    .mapToLong(id -> (long) id)
                    .toArray();
            System.arraycopy(hidden, (i * tokens + ClipText.end(own)) * width, pooled, i * width, width);
        }
        return pooled;
    }

    private static void compare(Path folder, DataType type, String name, double[] actual, Map<String, Npy> goldens) {
        assertThat(Reference.relativeToMaximum(actual, goldens.get(name).values()))
                .as("%s of %s in %s", name, folder, type)
                .isLessThan(TOLERANCES.get(type));
    }

    private static org.apache.hadoop.fs.Path hadoop(Path path) {
        return new org.apache.hadoop.fs.Path(path.toUri());
    }
}
