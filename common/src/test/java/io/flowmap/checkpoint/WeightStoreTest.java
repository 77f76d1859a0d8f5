package io.flowmap.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import io.flowmap.file.Sha256;
import io.flowmap.tensor.Float16;
import io.flowmap.testing.ObsFileSystem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class WeightStoreTest {
    private static final float[] VALUES = {1, -2.5f, 0.375f, 1024, -0.0625f, 3};
    private static final WeightStore STORE = WeightStore.ofThisJvm();

    @TempDir
    Path dir;

    private final Configuration hadoop = new Configuration();

    private static byte[] bytes(TensorData.Type type) {
        var buffer = ByteBuffer.allocate(VALUES.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : VALUES) {
            switch (type) {
                case FLOAT16 -> buffer.putShort(Float16.of(value));
                case BFLOAT16 -> buffer.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
                case FLOAT64 -> buffer.putDouble(value);
                default -> buffer.putFloat(value);
            }
        }
        return buffer.array();
    }

    /** Writes a file with arrays a [2,3] and b [] of this type. */
    private FrozenFile file(String name, TensorData.Type type) throws IOException {
        var tensors = new LinkedHashMap<String, TensorData>();
        tensors.put("a", new TensorData(type, new long[] {2, 3}, bytes(type)));
        tensors.put("b", new TensorData(type, new long[0], Arrays.copyOf(bytes(type), type.bytes())));
        var out = new ByteArrayOutputStream();
        SafeTensors.write(out, tensors, Map.of());
        Files.write(dir.resolve(name), out.toByteArray());
        var arrays = new ByteArrayOutputStream();
        tensors.values().forEach(tensor -> arrays.writeBytes(tensor.bytes()));
        return new FrozenFile(dir.resolve(name).toUri().toString(), Sha256.of(arrays.toByteArray()));
    }

    @Test
    void aFileIsFetchedOnceForAllItsUsers() throws IOException {
        var file = file("w.safetensors", TensorData.Type.FLOAT32);
        long fetched = STORE.fetched();
        long held = STORE.bytes();
        try (var first = STORE.borrow(hadoop, file)) {
            try (var second = STORE.borrow(hadoop, file, null)) {
                assertThat(second.arrays().get("a")).isSameAs(first.arrays().get("a"));
                assertThat(STORE.bytes() - held).isEqualTo(28);
            }
            for (int i = 0; i < 3; i++) {
                System.gc();
            }
            assertThat(first.arrays().get("a").data().asFloat()).isEqualTo(VALUES);
            assertThat(first.arrays().get("a").shape()).containsExactly(2, 3);
            assertThat(first.arrays().get("b").getFloat(0)).isEqualTo(1);
            assertThat(first.arrays().get("b").shape()).isEmpty();
        }
        assertThat(STORE.fetched() - fetched).isEqualTo(1);
        assertThat(STORE.bytes()).isEqualTo(held);
    }

    @Test
    void arraysKeepTheirTypeOnDisk() throws IOException {
        var types = Map.of(TensorData.Type.FLOAT16, DataType.FLOAT16, TensorData.Type.BFLOAT16, DataType.BFLOAT16);
        for (var type : types.entrySet()) {
            try (var lease = STORE.borrow(hadoop, file(type.getKey() + ".safetensors", type.getKey()))) {
                var array = lease.arrays().get("a");
                assertThat(array.dataType()).isEqualTo(type.getValue());
                assertThat(array.castTo(DataType.FLOAT).data().asFloat()).isEqualTo(VALUES);
            }
        }
        var wide = file("wide.safetensors", TensorData.Type.FLOAT64);
        assertThatThrownBy(() -> STORE.borrow(hadoop, wide))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("wide.safetensors, array a: expected float32, float16 or bfloat16, got FLOAT64");
    }

    @Test
    void aRemoteFileIsCopiedWhileItIsInUse() throws IOException {
        hadoop.set("fs.obs.impl", ObsFileSystem.class.getName());
        var file = file("w.safetensors", TensorData.Type.FLOAT32);
        long before = copies();
        try (var lease = STORE.borrow(hadoop, new FrozenFile("obs:" + dir.resolve("w.safetensors"), file.sha256()))) {
            assertThat(lease.arrays().get("a").data().asFloat()).isEqualTo(VALUES);
            assertThat(copies()).isEqualTo(before + 1);
        }
        assertThat(copies()).isEqualTo(before);
    }

    @Test
    void keptFilesAreMappedOnceUntilTheyChange() throws IOException {
        var path = new org.apache.hadoop.fs.Path(
                file("w.safetensors", TensorData.Type.FLOAT32).path());
        long fetched = STORE.fetched();
        var first = STORE.keep(hadoop, path);
        assertThat(STORE.keep(hadoop, path)).isSameAs(first);
        assertThat(STORE.fetched() - fetched).isEqualTo(1);
        assertThat(first.arrays().get("a").data().asFloat()).isEqualTo(VALUES);
        Files.delete(dir.resolve("w.safetensors"));
        var changed = file("w.safetensors", TensorData.Type.BFLOAT16);
        assertThat(STORE.keep(hadoop, path).sha256())
                .isEqualTo(changed.sha256())
                .isNotEqualTo(first.sha256());
        assertThat(first.arrays().get("a").data().asFloat())
                .as("the earlier file")
                .isEqualTo(VALUES);
    }

    private static long copies() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("flowmap-weights-"))
                    .count();
        }
    }

    @Test
    void changedContentIsRefusedAndNotHeld() throws IOException {
        var sound = file("w.safetensors", TensorData.Type.FLOAT32);
        var other =
                new FrozenFile(file("x.safetensors", TensorData.Type.FLOAT32).path(), "0".repeat(64));
        long held = STORE.bytes();
        assertThatThrownBy(() -> STORE.borrow(hadoop, sound, other))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("x.safetensors")
                .hasMessageContaining("expected arrays with hash " + other.sha256() + ", got " + sound.sha256());
        assertThat(STORE.bytes()).isEqualTo(held);
        assertThatThrownBy(() -> STORE.borrow(hadoop, new FrozenFile(dir + "/none", sound.sha256())))
                .hasMessageContaining(dir + "/none");
    }
}
