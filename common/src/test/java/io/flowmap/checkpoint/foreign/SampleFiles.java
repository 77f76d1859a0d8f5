package io.flowmap.checkpoint.foreign;

import io.flowmap.checkpoint.SafeTensors;
import io.flowmap.checkpoint.TensorData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Small files of every format, written opcode by opcode: {"w": float32 [2,3] transposed, "b": float32 [3] of the same storage, "lr": 0.5}.
 */
final class SampleFiles {
    /** Elements of the shared storage. */
    static final float[] VALUES = {1, 2, 3, 4, 5, 6};

    /** Array w: rows of the transposed storage. */
    static final float[] W = {1, 3, 5, 2, 4, 6};

    /** Array b: every second element. */
    static final float[] B = {2, 4, 6};

    private SampleFiles() {}

    /** Writer of opcodes. */
    static final class Ops {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Ops op(int... codes) {
            for (int code : codes) {
                out.write(code);
            }
            return this;
        }

        Ops text(String text) {
            return op('X').length(text.getBytes(StandardCharsets.UTF_8).length)
                    .raw(text.getBytes(StandardCharsets.UTF_8));
        }

        Ops global(String module, String name) {
            return op('c').raw((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        }

        Ops length(int length) {
            return raw(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(length)
                    .array());
        }

        Ops raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        Ops ints(int... values) {
            op('(');
            for (int value : values) {
                op('K', value);
            }
            return op('t');
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }

    static Ops proto(int version) {
        return new Ops().op(0x80, version);
    }

    private interface StorageOps {
        void put(Ops ops);
    }

    private static byte[] dict(int version, StorageOps storage) {
        var ops = proto(version).op('}', '(');
        tensor(ops.text("w"), storage, 0, new int[] {2, 3}, new int[] {1, 2});
        tensor(ops.text("b"), storage, 1, new int[] {3}, new int[] {2});
        return ops.text("lr")
                .op('G')
                .raw(ByteBuffer.allocate(8).putDouble(0.5).array())
                .op('u', '.')
                .bytes();
    }

    private static void tensor(Ops ops, StorageOps storage, int offset, int[] shape, int[] strides) {
        ops.global("torch._utils", "_rebuild_tensor_v2").op('(');
        storage.put(ops);
        ops.op('K', offset)
                .ints(shape)
                .ints(strides)
                .op(0x89)
                .global("collections", "OrderedDict")
                .op(')', 'R', 't', 'R');
    }

    private static void persistent(Ops ops) {
        ops.op('(')
                .text("storage")
                .global("torch", "FloatStorage")
                .text("0")
                .text("cpu")
                .op('K', VALUES.length, 't', 'Q');
    }

    static byte[] data() {
        return TensorData.of(VALUES, 0, VALUES.length).bytes();
    }

    /** The legacy format of {@code torch.save}. */
    static byte[] legacy() {
        return legacy(dict(2, SampleFiles::persistent));
    }

    private static byte[] legacy(byte[] value) {
        var ops = new Ops();
        ops.raw(proto(2).op(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.')
                .bytes());
        ops.raw(proto(2).op('M', 0xe9, 0x03, '.').bytes());
        ops.raw(proto(2).op('}').text("little_endian").op(0x88, 's', '.').bytes());
        ops.raw(value).raw(proto(2).op(']').text("0").op('a', '.').bytes());
        return ops.length(VALUES.length).length(0).raw(data()).bytes();
    }

    /** A legacy file with the storage only, as EDM2's pickles embed it. */
    private static byte[] nested() {
        var storage = proto(2);
        persistent(storage);
        return legacy(storage.op('.').bytes());
    }

    /** A pickle whose storages are embedded as byte strings. */
    static byte[] pickle() {
        return dict(4, ops -> ops.global("torch.storage", "_load_from_bytes")
                .op('B')
                .length(nested().length)
                .raw(nested())
                .op(0x85, 'R'));
    }

    /** A pickle of protocol 2 with a persistent module, whose storages are embedded as latin-1 text. */
    static byte[] module() {
        var text = new String(nested(), StandardCharsets.ISO_8859_1);
        var ops = proto(2).global("dnnlib.util", "EasyDict").op(')', 0x81, '(').text("ema");
        ops.global("torch_utils.persistence", "_reconstruct_persistent_obj").op('}', '(');
        ops.text("type")
                .text("class")
                .text("class_name")
                .text("Precond")
                .text("module_src")
                .text("x".repeat(5000));
        ops.text("state")
                .op('}', '(')
                .text("_init_kwargs")
                .op('}')
                .text("label_dim")
                .op('K', 7, 's');
        ops.text("_parameters").op('}').text("w");
        tensor(ops, o -> encoded(o, text), 0, new int[] {2, 3}, new int[] {1, 2});
        ops.op('s').text("_buffers").op('}').text("b");
        tensor(ops, o -> encoded(o, text), 1, new int[] {3}, new int[] {2});
        return ops.op('s')
                .text("_modules")
                .op('}', 'u', 'u', 0x85, 'R', 'u', '.')
                .bytes();
    }

    private static void encoded(Ops ops, String text) {
        ops.global("torch.storage", "_load_from_bytes").global("_codecs", "encode");
        ops.text(text).text("latin1").op(0x86, 'R', 0x85, 'R');
    }

    /** The zip format, used by {@code torch.save} since 1.6. */
    static byte[] zip(boolean deflated) throws IOException {
        var members = new LinkedHashMap<String, byte[]>();
        members.put("archive/data.pkl", dict(2, SampleFiles::persistent));
        members.put("archive/byteorder", "little".getBytes(StandardCharsets.UTF_8));
        members.put("archive/data/0", data());
        return zip(members, deflated);
    }

    static byte[] zip(Map<String, byte[]> members, boolean deflated) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            for (var member : members.entrySet()) {
                var entry = new ZipEntry(member.getKey());
                var sum = new CRC32();
                sum.update(member.getValue());
                entry.setMethod(deflated ? ZipEntry.DEFLATED : ZipEntry.STORED);
                entry.setSize(member.getValue().length);
                entry.setCrc(sum.getValue());
                zip.putNextEntry(entry);
                zip.write(member.getValue());
            }
        }
        return out.toByteArray();
    }

    static byte[] safetensors() throws IOException {
        var out = new ByteArrayOutputStream();
        var arrays = new LinkedHashMap<String, TensorData>();
        arrays.put("w", TensorData.of(W, 0, 2, 3));
        arrays.put("b", TensorData.of(B, 0, 3));
        SafeTensors.write(out, arrays, Map.of("format", "pt"));
        return out.toByteArray();
    }
}
