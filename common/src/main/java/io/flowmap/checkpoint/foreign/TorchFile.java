package io.flowmap.checkpoint.foreign;

import static io.flowmap.checkpoint.foreign.Arguments.typed;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.pickle.Blob;
import io.flowmap.checkpoint.pickle.Global;
import io.flowmap.checkpoint.pickle.PickleStream;
import io.flowmap.checkpoint.pickle.Unpickler;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reader for the formats of {@code torch.save} and {@code pickle.dump}: a zip archive with a pickle and its storages; the legacy format of
 * five pickles followed by the storages; or a single pickle whose storages are legacy files embedded as byte strings.
 */
final class TorchFile {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final Long VERSION = 1001L;
    private static final String PICKLE = "data.pkl";
    private static final int MAX_ORDER = 16;

    private final Map<String, Global> globals;

    private TorchFile(Map<String, Global> globals) {
        this.globals = globals;
    }

    /**
     * Value of a file.
     *
     * @param format name of the format, for messages
     * @param root plain values, {@link ArrayView}s and objects
     */
    record Content(String format, Object root) {}

    /** The content of a zip archive. */
    static Content zip(Blob file) throws IOException {
        var members = ZipArchive.members(file);
        var name = members.keySet().stream()
                .filter(member -> member.equals(PICKLE) || member.endsWith("/" + PICKLE))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "expected a zip member data.pkl, as torch.save writes, got " + shown(members.keySet())));
        var prefix = name.substring(0, name.length() - PICKLE.length());
        var order = order(members.get(prefix + "byteorder"));
        var storages = new HashMap<String, Storage>();
        var unpickler = new Unpickler(
                TorchGlobals.globals(),
                id -> storages.computeIfAbsent(
                        TorchGlobals.storageKey(id), key -> located(id, members.get(prefix + "data/" + key), order)));
        return new Content("torch zip", whole(unpickler, members.get(name)));
    }

    /** The content of a file that begins with a pickle. */
    static Content pickle(Blob file) throws IOException {
        var globals = TorchGlobals.globals();
        globals.put("torch.storage._load_from_bytes", TorchFile::storage);
        return new TorchFile(globals).read(file);
    }

    /** The storage in a byte string. Its pickles must not embed further storages. */
    private static Object storage(List<Object> arguments) throws IOException {
        var nested = new TorchFile(TorchGlobals.globals()).read(Arguments.blob(arguments, 0));
        return typed(Storage.class, nested.root());
    }

    private Content read(Blob file) throws IOException {
        try (var in = new PickleStream(file)) {
            var first = new Unpickler(globals).load(in);
            if (MAGIC.equals(first)) {
                return new Content("torch legacy", legacy(in));
            }
            requireEnd(in);
            return new Content("pickle", first);
        }
    }

    /**
     * Reads the legacy format after its magic number: version, system information, the value, the keys of its storages, then each storage
     * preceded by its length.
     */
    private Object legacy(PickleStream in) throws IOException {
        var plain = new Unpickler(Map.of());
        var version = plain.load(in);
        if (!VERSION.equals(version)) {
            throw new IllegalArgumentException("expected version " + VERSION + " of torch's format, got another");
        }
        typed(Map.class, plain.load(in));
        var storages = new HashMap<String, Storage>();
        var root = new Unpickler(
                        globals,
                        id -> storages.computeIfAbsent(TorchGlobals.storageKey(id), key -> TorchGlobals.storage(id)))
                .load(in);
        for (var key : typed(List.class, plain.load(in))) {
            var storage = storages.remove(typed(String.class, key));
            if (storage == null) {
                throw new IllegalArgumentException("expected each storage of the pickle once, got another key");
            }
            locate(storage, in);
        }
        requireEnd(in);
        return root;
    }

    private static void locate(Storage storage, PickleStream in) throws IOException {
        long at = in.position();
        long elements = in.i8();
        if (elements != storage.elements()) {
            throw new IllegalArgumentException(
                    "expected a storage of " + storage.elements() + " elements at byte " + at + ", got " + elements);
        }
        storage.locate(in.skip(TensorData.length(storage.type(), new long[] {elements})), ByteOrder.LITTLE_ENDIAN);
    }

    private static Storage located(List<Object> id, Blob member, ByteOrder order) {
        if (member == null) {
            throw new IllegalArgumentException("expected a zip member for storage "
                    + Unpickler.printable(TorchGlobals.storageKey(id)) + ", got none");
        }
        var storage = TorchGlobals.storage(id);
        storage.locate(member, order);
        return storage;
    }

    private static Object whole(Unpickler unpickler, Blob pickle) throws IOException {
        try (var in = new PickleStream(pickle)) {
            var root = unpickler.load(in);
            requireEnd(in);
            return root;
        }
    }

    private static ByteOrder order(Blob member) throws IOException {
        if (member == null) {
            return ByteOrder.LITTLE_ENDIAN;
        }
        int length = (int) Math.min(member.length(), MAX_ORDER);
        return switch (new String(member.read(0, length), StandardCharsets.US_ASCII)) {
            case "little" -> ByteOrder.LITTLE_ENDIAN;
            case "big" -> ByteOrder.BIG_ENDIAN;
            default -> throw new IllegalArgumentException("expected byte order little or big, got another");
        };
    }

    private static String shown(Set<String> members) {
        if (!members.isEmpty() && members.stream().allMatch(member -> member.endsWith(".npy"))) {
            return "a zip archive of NumPy arrays (.npz)";
        }
        var first = members.stream().limit(3).map(Unpickler::printable).collect(Collectors.joining(", "));
        return members.isEmpty() ? "a zip archive without members" : "a zip archive of " + first;
    }

    private static void requireEnd(PickleStream in) {
        if (in.remaining() > 0) {
            throw new IllegalArgumentException(
                    "expected the end at byte " + in.position() + ", got " + in.remaining() + " more bytes");
        }
    }
}
