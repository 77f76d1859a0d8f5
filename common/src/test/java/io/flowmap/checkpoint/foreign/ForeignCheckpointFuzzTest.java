package io.flowmap.checkpoint.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.pickle.Blob;
import io.flowmap.config.UserError;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Damaged or hostile files either load or fail with a clear error, in bounded time and memory. */
class ForeignCheckpointFuzzTest {
    private static final Logger LOG = LoggerFactory.getLogger(ForeignCheckpointFuzzTest.class);
    private static final int MUTANTS = 2_000;
    private static final int REFERENCE_MUTANTS = 40;
    private static final long MAX_NANOS = 10_000_000_000L;
    private static final long MAX_ALLOCATED = 64L << 20;

    private static Map<String, byte[]> samples() throws IOException {
        var samples = new LinkedHashMap<String, byte[]>();
        samples.put("legacy", SampleFiles.legacy());
        samples.put("pickle", SampleFiles.pickle());
        samples.put("module", SampleFiles.module());
        samples.put("stored zip", SampleFiles.zip(false));
        samples.put("deflated zip", SampleFiles.zip(true));
        samples.put("safetensors", SampleFiles.safetensors());
        return samples;
    }

    @Test
    void soundFilesOfEveryFormLoadRight() throws IOException {
        for (var sample : samples().entrySet()) {
            var file = ForeignCheckpoint.of(sample.getKey(), Blob.of(sample.getValue()));
            var arrays = sample.getKey().equals("module") ? file.at("ema") : file;
            assertThat(arrays.arrays()).as(sample.getKey()).containsOnlyKeys("w", "b");
            assertThat(arrays.read("w").shape()).containsExactly(2, 3);
            assertThat(arrays.read("w").floats()).as(sample.getKey()).containsExactly(SampleFiles.W);
            assertThat(arrays.read("b").floats()).as(sample.getKey()).containsExactly(SampleFiles.B);
        }
        var module =
                ForeignCheckpoint.of("module", Blob.of(SampleFiles.module())).configuration();
        assertThat(module.at("/ema/class").asText()).isEqualTo("Precond");
        assertThat(module.at("/ema/_init_kwargs/label_dim").asInt()).isEqualTo(7);
    }

    @Test
    void shardsAreFoundBesideTheirIndex(@TempDir Path dir) throws IOException {
        Files.write(dir.resolve("a.safetensors"), SampleFiles.safetensors());
        var sound = index(dir, "{\"weight_map\":{\"w\":\"a.safetensors\",\"b\":\"a.safetensors\"}}");
        assertThat(sound.read("w").floats()).containsExactly(SampleFiles.W);
        for (var hostile : new String[] {"../a.safetensors", "/etc/passwd", "hdfs://x/a", ".a", "a/b", ""}) {
            assertThatThrownBy(() -> index(dir, "{\"weight_map\":{\"w\":\"" + hostile + "\"}}"))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("plain file name");
        }
        assertThatThrownBy(() -> index(dir, "{\"weight_map\":{\"x\":\"a.safetensors\"}}"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected array x");
    }

    @Test
    void damagedFilesLoadOrFailClearly() throws IOException {
        int loaded = 0;
        int files = 0;
        for (var sample : samples().entrySet()) {
            for (int seed = 0; seed < MUTANTS; seed++) {
                loaded += survives(sample.getKey() + " " + seed, mutant(sample.getValue(), seed));
                files++;
            }
        }
        LOG.info("mutants={} loaded={}", files, loaded);
        assertThat(files).isGreaterThanOrEqualTo(10_000);
    }

    @Test
    @Tag("reference")
    void damagedSnapshotsLoadOrFailClearly() throws IOException {
        var root = Reference.require("edm2");
        int files = 0;
        for (var folder : Reference.folders(root, f -> Files.isDirectory(f.resolve("pkl")))) {
            for (var file : snapshots(folder)) {
                var bytes = Files.readAllBytes(file);
                for (int seed = 0; seed < REFERENCE_MUTANTS; seed++) {
                    survives(file + " " + seed, mutant(bytes, seed));
                    files++;
                }
            }
        }
        Reference.checked(root, files);
    }

    @Test
    void unlistedGlobalsAreNamedWithTheirPlace() {
        var attack = SampleFiles.proto(2).global("os", "system").text("touch x").op(0x85, 'R', '.');
        assertThatThrownBy(() -> ForeignCheckpoint.of("attack", Blob.of(attack.bytes())))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("os.system")
                .hasMessageContaining("at byte 2");
    }

    @Test
    void hostileFilesFailClearly() throws IOException {
        var deep = SampleFiles.proto(2).raw("]".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII));
        deep.raw("a".repeat(999_999).getBytes(StandardCharsets.US_ASCII)).op('.');
        requireRefused("deep recursion", deep.bytes());
        var laughs = SampleFiles.proto(2).op(']');
        for (int i = 0; i < 60; i++) {
            laughs.op('q', i, ']', '(', 'h', i, 'h', i, 'e');
        }
        requireRefused("billion laughs", laughs.op('.').bytes());
        requireRefused(
                "list in itself",
                SampleFiles.proto(2).op(']', 'q', 0, 'h', 0, 'a', '.').bytes());
        requireRefused(
                "huge text",
                SampleFiles.proto(4).op(0x8d).length(-1).length(-1).op('.').bytes());
        requireRefused(
                "huge memo",
                SampleFiles.proto(2)
                        .op('N', 'r')
                        .length(-1)
                        .op('j')
                        .length(-2)
                        .op('.')
                        .bytes());
        var bomb = new LinkedHashMap<String, byte[]>();
        bomb.put("../../etc/data.pkl", new byte[200 << 20]);
        requireRefused("zip bomb", SampleFiles.zip(bomb, true));
    }

    @Test
    void viewsWithOverflowingSizesAreRefusedClearly() {
        var storage = Storage.of(TensorData.Type.FLOAT32, Blob.of(new byte[16]));
        long most = Long.MAX_VALUE;
        var far = new ArrayView(storage, 0, new long[] {2, 2}, new long[] {most, most});
        assertThatThrownBy(far::requireWithinStorage)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected an array within its storage of 4 elements, got shape [2, 2]");
        assertThatThrownBy(() -> ArrayView.contiguous(0, 1L << 40, 1L << 40))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected strides below 2^63, got shape [0, 1099511627776, 1099511627776]");
        assertThatThrownBy(() -> ArrayView.of(storage, 1L << 40, 1L << 40).bytes())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[1099511627776, 1099511627776]");
    }

    private static void requireRefused(String what, byte[] file) {
        assertThat(survives(what, file)).as(what).isZero();
    }

    /** Returns 1 if the file loaded, 0 if it failed with a clear error. Anything else fails the test. */
    private static int survives(String what, byte[] file) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        int loaded = 0;
        try {
            var checkpoint = ForeignCheckpoint.of("file", Blob.of(file));
            checkpoint.readAll().values().forEach(array -> assertThat(array.bytes())
                    .isNotNull());
            loaded = 1;
        } catch (UserError e) {
            assertThat(e.getMessage()).as(what).startsWith("cannot read ").doesNotContain("\n");
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(what, e);
        }
        assertThat(System.nanoTime() - start).as(what + ": time").isLessThan(MAX_NANOS);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as(what + ": memory")
                .isLessThan(MAX_ALLOCATED + 256L * file.length);
        return loaded;
    }

    /** A copy that is truncated or has flipped bits, a huge number or a part copied from elsewhere. */
    private static byte[] mutant(byte[] sound, int seed) {
        var random = new Random(seed);
        var copy = sound.clone();
        switch (seed % 4) {
            case 0 -> {
                return Arrays.copyOf(copy, random.nextInt(copy.length));
            }
            case 1 -> {
                for (int i = 0; i <= random.nextInt(4); i++) {
                    copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 2 -> {
                int at = random.nextInt(copy.length - 8);
                Arrays.fill(copy, at, at + 1 + random.nextInt(8), (byte) (random.nextBoolean() ? 0xff : 0x7f));
            }
            default -> {
                int length = 1 + random.nextInt(copy.length / 4);
                System.arraycopy(
                        sound,
                        random.nextInt(copy.length - length),
                        copy,
                        random.nextInt(copy.length - length),
                        length);
            }
        }
        return copy;
    }

    private static List<Path> snapshots(Path folder) throws IOException {
        try (var files = Files.list(folder.resolve("pkl"))) {
            return files.filter(file -> file.toString().endsWith(".pkl"))
                    .sorted()
                    .toList();
        }
    }

    private static ForeignCheckpoint index(Path dir, String json) throws IOException {
        var file = dir.resolve("model.safetensors.index.json");
        Files.writeString(file, json);
        return ForeignCheckpoint.open(
                FileSystem.getLocal(new Configuration()), new org.apache.hadoop.fs.Path(file.toUri()));
    }
}
