package io.flowmap.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.config.UserError;
import io.flowmap.eval.feature.dl4j.LoadedNetwork;
import io.flowmap.tensor.CounterRandom;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file must not make the program load, construct or restore a class that it names. */
class HostileDl4jFileTest {
    private static final String TRAP = "io.flowmap.eval.feature.Trap";

    @TempDir
    Path dir;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Dl4jFiles.layers(dir.resolve("net.zip"), 8, 8, 3);
        System.clearProperty(Trap.MARK);
    }

    /** Every place of the configuration that names a class, one after the other. */
    @Test
    void noClassOfTheConfigurationIsLoadedUnlessItIsAllowed() throws IOException {
        var text = new String(Dl4jFiles.entries(file).get("configuration.json"), StandardCharsets.UTF_8);
        var mapper = new ObjectMapper();
        int places = named(mapper.readTree(text)).size();
        assertThat(places).isGreaterThan(14);
        for (int place = 0; place < places; place++) {
            for (var name : List.of(
                    TRAP,
                    "javax.script.ScriptEngineManager",
                    "org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer")) {
                var tree = mapper.readTree(text);
                named(tree).get(place).put("@class", name);
                Dl4jFiles.with(file, Map.of("configuration.json", mapper.writeValueAsBytes(tree)));
                refused("got the class " + name);
            }
        }
        assertThat(System.getProperty(Trap.MARK)).isNull();
    }

    /** Distributions have their class under another key. */
    @Test
    void noClassOfADistributionIsLoadedUnlessItIsAllowed() throws IOException {
        var text = new String(Dl4jFiles.entries(file).get("configuration.json"), StandardCharsets.UTF_8);
        var weights =
                "{\"@class\": \"org.deeplearning4j.nn.weights.WeightInitDistribution\", \"distribution\": {\"type\": \"NAME\", \"mean\": 0, \"std\": 1}}";
        for (var name : List.of(TRAP, "org.deeplearning4j.nn.conf.distribution.NormalDistribution")) {
            var mapper = new ObjectMapper();
            var tree = mapper.readTree(text);
            ((ObjectNode) tree.at("/confs/0/layer"))
                    .set("weightInitFn", mapper.readTree(weights.replace("NAME", name)));
            Dl4jFiles.with(file, Map.of("configuration.json", mapper.writeValueAsBytes(tree)));
            if (name.equals(TRAP)) {
                refused("got the class " + name);
            } else {
                LoadedNetwork.read("net.zip", Files.readAllBytes(file)).close();
            }
        }
        assertThat(System.getProperty(Trap.MARK)).isNull();
    }

    private static List<ObjectNode> named(JsonNode tree) {
        var found = new ArrayList<ObjectNode>();
        if (tree.has("@class")) {
            found.add((ObjectNode) tree);
        }
        tree.forEach(child -> found.addAll(named(child)));
        return found;
    }

    /** ModelSerializer would restore it. */
    @Test
    void aSerialisedPreprocessorIsNotRestored() throws IOException {
        Dl4jFiles.with(file, Map.of("preprocessor.bin", serialised()));
        try (var network = LoadedNetwork.read("net.zip", Files.readAllBytes(file))) {
            assertThat(network.layers()).contains("c", "d");
        }
        assertThat(System.getProperty(Trap.MARK)).isNull();
    }

    /** What Java writes of a Trap, without loading it here. */
    private static byte[] serialised() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject("x");
        }
        var name = TRAP.getBytes(StandardCharsets.UTF_8);
        var object = new ByteArrayOutputStream();
        object.write(bytes.toByteArray(), 0, 4);
        object.write(HexFormat.of().parseHex("737200"));
        object.write(name.length);
        object.write(name);
        object.write(HexFormat.of().parseHex("000000000000000102000078" + "70"));
        return object.toByteArray();
    }

    /** The mark of the trap itself works: Java's own reading of those bytes springs it. */
    @Test
    void theTrapSprings() throws Exception {
        try (var in = new ObjectInputStream(new ByteArrayInputStream(serialised()))) {
            assertThat(in.readObject()).isInstanceOf(Trap.class);
        }
        assertThat(System.getProperty(Trap.MARK)).contains("restored");
    }

    /** ND4J would construct the class. */
    @Test
    void aNormaliserOfAClassIsRefused() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeUTF("NORMALIZER");
        out.writeInt(1);
        out.writeUTF("CUSTOM");
        out.writeUTF(TRAP);
        Dl4jFiles.with(file, Map.of("normalizer.bin", bytes.toByteArray()));
        refused("expected an ImagePreProcessingScaler or no normaliser");
        assertThat(System.getProperty(Trap.MARK)).isNull();
    }

    @Test
    void coefficientsThatClaimToBeHugeAreRefusedAtOnce() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeUTF("MIXED_DATA_TYPES");
        out.writeLong(4);
        out.writeUTF("LONG");
        for (int i = 0; i < 4; i++) {
            out.writeLong(1);
        }
        out.writeUTF("MIXED_DATA_TYPES");
        out.writeLong(1L << 40);
        out.writeUTF("FLOAT");
        Dl4jFiles.with(file, Map.of("coefficients.bin", bytes.toByteArray()));
        refused("expected a buffer of at most");
    }

    @Test
    void aConfigurationOfOtherSizesThanTheWeightsIsRefused() throws IOException {
        var text = new String(Dl4jFiles.entries(file).get("configuration.json"), StandardCharsets.UTF_8);
        Dl4jFiles.with(
                file,
                Map.of(
                        "configuration.json",
                        text.replace("\"nout\" : 6", "\"nout\" : 600000000").getBytes(StandardCharsets.UTF_8)));
        refused("cannot read net.zip");
    }

    /** Damage is a mistake of the user, whatever it hits; a changed weight may go unnoticed. */
    @Test
    void damagedFilesAreNeverABug() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        var random = new CounterRandom(8);
        for (int i = 0; i < 150; i++) {
            byte[] damaged = i % 2 == 0 ? whole.clone() : Arrays.copyOf(whole, (int) random.below(whole.length, i, 0));
            for (int k = 0; i % 2 == 0 && k < 4; k++) {
                damaged[(int) random.below(whole.length, i, k)] = (byte) random.below(256, i, k, 1);
            }
            try (var network = LoadedNetwork.read("net.zip", damaged)) {
                assertThat(network.layers()).isNotEmpty();
            } catch (UserError e) {
                assertThat(e).hasMessageStartingWith("cannot read net.zip");
            }
        }
        assertThat(System.getProperty(Trap.MARK)).isNull();
    }

    private void refused(String message) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        assertThatThrownBy(() -> LoadedNetwork.read("net.zip", bytes))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }
}
