package io.flowmap.checkpoint.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.Tensors;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.config.UserError;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Damaged weights, indices and LoRAs are read right or refused by name, in bounded time and memory. What "right" is, a reading of its own
 * tells: the header as plain JSON, and the bytes at its offsets.
 */
class HostileFilesTest {
    private static final Logger LOG = LoggerFactory.getLogger(HostileFilesTest.class);
    private static final int MUTANTS = 300;
    private static final long MAX_NANOS = 10_000_000_000L;
    private static final long MAX_ALLOCATED = 64L << 20;
    private static final FluxSizes SIZES = new FluxSizes(4, 4, 8, 4, 6, 5, 1, 1, true);
    private static final List<Integer> AXES = List.of(2, 2, 0);
    private static final List<String> BFL =
            List.of("double_blocks.0.img_attn.qkv", "single_blocks.0.linear1", "img_in");
    private static final List<String> XLABS = List.of("double_blocks.0.txt_attn.proj", "single_blocks.0.linear1");
    private static final List<String> DIFFUSERS =
            List.of("transformer_blocks.0.attn.to_q", "single_transformer_blocks.0.proj_mlp", "norm_out.linear");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path dir;

    /** Reads what lies at a path and returns the tensors under the names of the files. */
    private interface Reader {
        Tensors read(Path path);
    }

    /** A sound file, and the files of it that are changed: their first bytes up to the end of their headers most of all. */
    private record Sample(String name, Path path, List<Path> files, Reader reader) {}

    @Test
    void damagedFilesAreReadRightOrRefusedByName() throws IOException {
        int files = 0;
        int right = 0;
        for (Sample sample : samples()) {
            assertThat(survives(sample, "sound")).as(sample.name()).isEqualTo(1);
            var sound = new LinkedHashMap<Path, byte[]>();
            for (Path file : sample.files()) {
                sound.put(file, Files.readAllBytes(file));
            }
            for (int seed = 0; seed < MUTANTS; seed++) {
                Path changed = sample.files().get(seed % sample.files().size());
                Files.write(
                        changed,
                        mutant(sound.get(changed), seed / sample.files().size(), seed));
                right += survives(sample, sample.name() + " " + seed);
                Files.write(changed, sound.get(changed));
                files++;
            }
        }
        LOG.info("mutants={} read={}", files, right);
        assertThat(files).isGreaterThanOrEqualTo(3000);
        assertThat(right).isBetween(1, files - 1);
    }

    private List<Sample> samples() throws IOException {
        FluxWeights weights = DrawnFlux.weights(SIZES, TensorData.Type.BFLOAT16, 1);
        Path bfl = dir.resolve("flux.safetensors");
        FluxFiles.writeBfl(FluxFilesReferenceTest.fileSystem(), FluxFilesReferenceTest.hadoop(bfl), weights);
        Path shards = Files.createDirectories(dir.resolve("shards"));
        FluxFiles.writeDiffusers(
                FluxFilesReferenceTest.fileSystem(), FluxFilesReferenceTest.hadoop(shards), weights, AXES, 6000);
        Path index = shards.resolve("diffusion_pytorch_model.safetensors.index.json");
        List<Path> parts;
        try (var list = Files.list(shards)) {
            parts = list.filter(file -> file.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
        }
        assertThat(parts).hasSizeGreaterThan(1);
        Reader ofWeights = path -> FluxWeights.of(open(path)).bfl();
        Reader ofShards = path -> FluxWeights.of(open(path)).diffusers();
        return List.of(
                new Sample("BFL", bfl, List.of(bfl), ofWeights),
                new Sample("index", index, List.of(index), ofShards),
                new Sample("shards", index, parts, ofShards),
                lora(
                        "kohya",
                        DrawnFlux.lora(SIZES, LoraLayout.BFL, 3, BFL, false, 2).to(LoraLayout.KOHYA)),
                lora("xlabs", DrawnFlux.lora(SIZES, LoraLayout.XLABS, 2, XLABS, false, 3)),
                lora("control", DrawnFlux.lora(SIZES, LoraLayout.BFL, 2, BFL, true, 4)),
                lora("older", DrawnFlux.lora(SIZES, LoraLayout.DIFFUSERS_OLDER, 2, DIFFUSERS, false, 5)),
                lora(
                        "diffusers",
                        DrawnFlux.lora(SIZES, LoraLayout.DIFFUSERS_OLDER, 2, DIFFUSERS, true, 6)
                                .to(LoraLayout.DIFFUSERS)),
                lora(
                        "peft",
                        DrawnFlux.lora(SIZES, LoraLayout.DIFFUSERS, 2, DIFFUSERS, false, 7)
                                .to(LoraLayout.PEFT)),
                adapterConfig(DrawnFlux.lora(SIZES, LoraLayout.DIFFUSERS, 2, DIFFUSERS, false, 8)
                        .to(LoraLayout.PEFT)));
    }

    private Sample lora(String name, LoraFile lora) {
        Path path = dir.resolve(name);
        FluxFiles.write(FluxFilesReferenceTest.fileSystem(), FluxFilesReferenceTest.hadoop(path), lora);
        Path file = Files.isDirectory(path) ? path.resolve("adapter_model.safetensors") : path;
        return new Sample(name, path, List.of(file), this::lora);
    }

    private Sample adapterConfig(LoraFile lora) {
        Path path = dir.resolve("config");
        FluxFiles.write(FluxFilesReferenceTest.fileSystem(), FluxFilesReferenceTest.hadoop(path), lora);
        return new Sample("config", path, List.of(path.resolve("adapter_config.json")), this::lora);
    }

    private static ForeignCheckpoint open(Path path) {
        return ForeignCheckpoint.open(FluxFilesReferenceTest.fileSystem(), FluxFilesReferenceTest.hadoop(path));
    }

    private Tensors lora(Path path) {
        LoraFile lora = LoraFile.read(FluxFilesReferenceTest.fileSystem(), FluxFilesReferenceTest.hadoop(path), SIZES);
        if (Files.isDirectory(path)) {
            lora.adapters().forEach((name, adapter) -> {
                JsonNode config = json(path.resolve("adapter_config.json"));
                assertThat((double) adapter.rank()).isEqualTo(value(config, "rank_pattern", name, "r"));
                assertThat(adapter.alpha()).isEqualTo(value(config, "alpha_pattern", name, "lora_alpha"));
                assertThat(adapter.rankStabilised())
                        .isEqualTo(config.path("use_rslora").asBoolean());
            });
        }
        return lora.tensors();
    }

    private static double value(JsonNode config, String pattern, String name, String otherwise) {
        for (var keys = config.path(pattern).fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            if (("." + name).endsWith("." + key)) {
                return config.path(pattern).path(key).asDouble();
            }
        }
        return config.path(otherwise).asDouble();
    }

    private static JsonNode json(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new AssertionError("read, but it is no JSON: " + file, e);
        }
    }

    /** Returns 1 if the file was read right, 0 if it was refused by name. Anything else fails the test. */
    private int survives(Sample sample, String what) throws IOException {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        int read = 0;
        var found = new LinkedHashMap<String, TensorData>();
        try {
            Tensors tensors = sample.reader().read(sample.path());
            tensors.arrays().keySet().forEach(name -> found.put(name, tensors.read(name)));
            read = 1;
        } catch (UserError e) {
            assertThat(e.getMessage())
                    .as(what)
                    .startsWith("cannot read ")
                    .contains(dir.toString())
                    .doesNotContain("\n");
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(what, e);
        }
        assertThat(System.nanoTime() - start).as(what + ": time").isLessThan(MAX_NANOS);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as(what + ": memory")
                .isLessThan(MAX_ALLOCATED);
        if (read == 1) {
            requireRight(what, sample, found);
        }
        return read;
    }

    private static void requireRight(String what, Sample sample, Map<String, TensorData> found) throws IOException {
        var expected = new LinkedHashMap<String, byte[]>();
        if (sample.path().toString().endsWith(".json")) {
            JsonNode map = json(sample.path()).path("weight_map");
            for (var names = map.fieldNames(); names.hasNext(); ) {
                String name = names.next();
                expected.put(
                        name,
                        arrays(sample.path().resolveSibling(map.path(name).asText()))
                                .get(name));
            }
        } else {
            expected.putAll(arrays(
                    Files.isDirectory(sample.path())
                            ? sample.path().resolve("adapter_model.safetensors")
                            : sample.path()));
        }
        assertThat(found.keySet()).as(what).containsExactlyInAnyOrderElementsOf(expected.keySet());
        found.forEach((name, data) -> assertThat(Arrays.equals(data.bytes(), expected.get(name)))
                .as("%s %s", what, name)
                .isTrue());
    }

    /** Bytes of the arrays of a safetensors file by name. */
    private static Map<String, byte[]> arrays(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonNode header = JSON.readTree(new String(bytes, 8, length, StandardCharsets.UTF_8));
        var arrays = new LinkedHashMap<String, byte[]>();
        header.fields().forEachRemaining(field -> {
            if (!field.getKey().equals("__metadata__")) {
                JsonNode offsets = field.getValue().path("data_offsets");
                int start = 8 + length;
                arrays.put(
                        field.getKey(),
                        Arrays.copyOfRange(
                                bytes,
                                start + offsets.get(0).asInt(),
                                start + offsets.get(1).asInt()));
            }
        });
        return arrays;
    }

    /** A copy that is truncated or has flipped bits, a huge number, a repeated part, or another digit or letter in its text. */
    private static byte[] mutant(byte[] sound, int kind, int seed) {
        var random = new Random(seed);
        var copy = sound.clone();
        int text = headerEnd(sound);
        switch (kind % 6) {
            case 0 -> {
                return Arrays.copyOf(copy, random.nextInt(copy.length));
            }
            case 1 -> copy[random.nextInt(text)] ^= (byte) (1 << random.nextInt(8));
            case 2 -> copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
            case 3 -> {
                int at = random.nextInt(text - 8);
                Arrays.fill(copy, at, at + 1 + random.nextInt(8), (byte) (random.nextBoolean() ? '9' : 0xff));
            }
            case 4 -> {
                int length = 1 + random.nextInt(text / 4);
                System.arraycopy(sound, random.nextInt(text - length), copy, random.nextInt(text - length), length);
            }
            default -> replaceCharacter(copy, text, random);
        }
        return copy;
    }

    /** End of the JSON text: all of a JSON file, the header of a safetensors file. */
    private static int headerEnd(byte[] file) {
        return file[0] == '{'
                ? file.length
                : 8 + (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static void replaceCharacter(byte[] copy, int text, Random random) {
        for (int tries = 0; tries < 1000; tries++) {
            int at = (copy[0] == '{' ? 0 : 8) + random.nextInt(text - 8);
            if (at < text && Character.isDigit(copy[at])) {
                copy[at] = (byte) ('0' + random.nextInt(10));
                return;
            }
            if (at < text && Character.isLetter(copy[at])) {
                copy[at] = (byte) ('a' + random.nextInt(26));
                return;
            }
        }
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnce() {
        FluxWeights weights = DrawnFlux.weights(SIZES, TensorData.Type.FLOAT32, 1);
        var arrays = new LinkedHashMap<String, TensorData>();
        weights.bfl()
                .arrays()
                .keySet()
                .forEach(name -> arrays.put(name, weights.bfl().read(name)));
        arrays.put("extra.weight", arrays.remove("txt_in.bias"));
        arrays.put("time_in.in_layer.bias", TensorData.of(new float[3], 0, 3));
        arrays.put("img_in.bias", TensorData.of(new long[8], 8));
        Path file = dir.resolve("wrong.safetensors");
        io.flowmap.checkpoint.SafeTensors.write(
                FluxFilesReferenceTest.fileSystem(), FluxFilesReferenceTest.hadoop(file), Tensors.of(arrays), Map.of());
        assertThatThrownBy(() -> FluxWeights.of(open(file)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("1 missing: txt_in.bias [8]")
                .hasMessageContaining("1 not understood: extra.weight F32[8]")
                .hasMessageContaining("2 of another shape or type: time_in.in_layer.bias: expected [8], got [3]")
                .hasMessageContaining("img_in.bias: expected float32, float16 or bfloat16, got INT64");
    }

    @Test
    void aLoraNamesAllItsForeignKeysAtOnce() {
        LoraFile lora = DrawnFlux.lora(SIZES, LoraLayout.DIFFUSERS, 2, DIFFUSERS, false, 9);
        var arrays = new LinkedHashMap<String, TensorData>();
        lora.tensors()
                .arrays()
                .keySet()
                .forEach(name -> arrays.put(name, lora.tensors().read(name)));
        arrays.remove("transformer.norm_out.linear.lora_B.weight");
        arrays.put("text_encoder.q.lora_A.weight", TensorData.of(new float[2], 0, 1, 2));
        arrays.put("transformer.transformer_blocks.7.attn.to_q.lora_A.weight", TensorData.of(new float[2], 0, 1, 2));
        Path file = dir.resolve("foreign.safetensors");
        io.flowmap.checkpoint.SafeTensors.write(
                FluxFilesReferenceTest.fileSystem(), FluxFilesReferenceTest.hadoop(file), Tensors.of(arrays), Map.of());
        assertThatThrownBy(() ->
                        LoraFile.read(FluxFilesReferenceTest.fileSystem(), FluxFilesReferenceTest.hadoop(file), SIZES))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("1 missing: transformer.norm_out.linear.lora_B.weight")
                .hasMessageContaining("2 not understood: text_encoder.q.lora_A.weight F32[1, 2], "
                        + "transformer.transformer_blocks.7.attn.to_q.lora_A.weight F32[1, 2]");
    }
}
