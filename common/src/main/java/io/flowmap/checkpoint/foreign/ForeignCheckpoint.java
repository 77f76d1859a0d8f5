package io.flowmap.checkpoint.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.flowmap.checkpoint.StateDict;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.Tensors;
import io.flowmap.checkpoint.pickle.Blob;
import io.flowmap.checkpoint.pickle.Unpickler;
import io.flowmap.config.Json;
import io.flowmap.config.Secrets;
import io.flowmap.config.UserError;
import io.flowmap.file.FileKind;
import io.flowmap.file.Store;
import java.io.EOFException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipException;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A checkpoint of another program: EDM2 snapshots ({@code .pkl}), torch files ({@code .pth}, {@code .pt}, {@code .th}; zip and legacy),
 * safetensors and their shard index. No code in the file is executed, declared sizes are checked, and arrays stay in the file until {@link
 * #read} is called.
 */
public final class ForeignCheckpoint implements Tensors {
    private static final String STATE_DICT = "state_dict";
    /** Largest ratio of array bytes to file bytes. Arrays may share memory and be deflated, but only up to this limit. */
    private static final long MAX_RATIO = 128;

    private final String name;
    private final String format;
    private final Map<String, ArrayView> arrays;
    private final JsonNode configuration;

    private ForeignCheckpoint(String name, String format, Map<String, ArrayView> arrays, JsonNode configuration) {
        this.name = name;
        this.format = format;
        this.arrays = arrays;
        this.configuration = configuration;
    }

    private interface Reading<T> {
        T run() throws IOException;
    }

    /** Opens a file or the index of sharded safetensors. Throws {@link UserError} if the format is unknown or the file is damaged. */
    public static ForeignCheckpoint open(FileSystem fileSystem, Path file) {
        var name = Secrets.withoutUserInfo(file.toString());
        return reading(name, () -> {
            var blob = FileBlob.of(fileSystem, file);
            return ShardIndex.isIndex(file)
                    ? new ForeignCheckpoint(
                            name, "safetensors shards", ShardIndex.arrays(blob), MissingNode.getInstance())
                    : of(name, blob);
        });
    }

    /** Opens the bytes of one file. */
    static ForeignCheckpoint of(String name, Blob file) {
        return reading(name, () -> {
            var begin = file.begin();
            return switch (FileForm.of(begin)) {
                case SAFETENSORS -> safetensors(name, file);
                case ZIP -> of(name, file.length(), TorchFile.zip(file));
                case PICKLE -> of(name, file.length(), TorchFile.pickle(file));
                case OTHER -> throw new IllegalArgumentException(
                        "expected a safetensors or torch file or a pickle of protocol 2 to 5, got "
                                + FileKind.of(begin));
            };
        });
    }

    private static ForeignCheckpoint safetensors(String name, Blob file) throws IOException {
        var shard = ShardIndex.shard(name, file);
        var metadata = Json.mapper().createObjectNode();
        shard.metadata().forEach(metadata::put);
        return new ForeignCheckpoint(
                name, "safetensors", shard.arrays(), metadata.isEmpty() ? MissingNode.getInstance() : metadata);
    }

    private static ForeignCheckpoint of(String name, long length, TorchFile.Content content) {
        var tree = new ArrayTree();
        var configuration = tree.visit("", content.root(), 0);
        long bytes = 0;
        for (var view : tree.arrays().values()) {
            bytes = Math.addExact(bytes, view.bytes());
        }
        if (bytes / MAX_RATIO > length) {
            throw new IllegalArgumentException(
                    "expected arrays that fit into a file of " + length + " bytes, got " + bytes + " bytes of arrays");
        }
        return new ForeignCheckpoint(
                name,
                content.format(),
                tree.arrays(),
                configuration == null ? MissingNode.getInstance() : configuration);
    }

    /** Name of the file, without credentials. */
    public String name() {
        return name;
    }

    /** Format of the file, for messages. */
    public String format() {
        return format;
    }

    /** Names, types and shapes of the arrays, in the order of the file or of the state dict. */
    @Override
    public Map<String, ArrayInfo> arrays() {
        var infos = new LinkedHashMap<String, ArrayInfo>();
        arrays.forEach((key, view) ->
                infos.put(key, new ArrayInfo(view.type(), view.shape().clone())));
        return infos;
    }

    /**
     * Plain values of the file. For an object: its "class" and its attributes ("_init_kwargs" holds the arguments of its constructor); for
     * a network also its "modules". For safetensors: the metadata of the header. A missing node if the file has no plain values.
     */
    public JsonNode configuration() {
        return configuration;
    }

    /** The part below a name such as "ema" or "state_dict", with names relative to it. Throws {@link UserError} if it holds no arrays. */
    public ForeignCheckpoint at(String place) {
        var below = new LinkedHashMap<String, ArrayView>();
        arrays.forEach((key, view) -> {
            if (key.startsWith(place + ".")) {
                below.put(key.substring(place.length() + 1), view);
            }
        });
        if (below.isEmpty()) {
            throw new UserError("cannot read " + name + ": expected arrays below " + place + ", got none");
        }
        return new ForeignCheckpoint(name, format, below, configuration.path(place));
    }

    /** Reads an array. Throws {@link UserError} if there is no such array or the file is damaged. */
    @Override
    public TensorData read(String array) {
        var view = arrays.get(array);
        if (view == null) {
            throw new UserError(
                    "cannot read " + name + ": expected array " + array + ", got " + arrays.size() + " other arrays");
        }
        return reading(name + ", array " + Unpickler.printable(array), view::read);
    }

    /** Reads all arrays; meant for small files. */
    public Map<String, TensorData> readAll() {
        var all = new LinkedHashMap<String, TensorData>();
        arrays.keySet().forEach(array -> all.put(array, read(array)));
        return all;
    }

    /**
     * All arrays of the file. If the file has a "state_dict", only the arrays below it, with names relative to it.
     *
     * @param network what the file should hold, for messages: "a TAEF2 encoder"
     */
    public StateDict stateDict(String network) {
        boolean nested = arrays.keySet().stream().anyMatch(array -> array.startsWith(STATE_DICT + "."));
        return new StateDict(network, name, (nested ? at(STATE_DICT) : this).readAll());
    }

    private static <T> T reading(String what, Reading<T> reading) {
        try {
            return reading.run();
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot read " + what + ": " + e.getMessage(), e);
        } catch (ArithmeticException e) {
            throw new UserError("cannot read " + what + ": expected sizes below 2^63, got larger ones", e);
        } catch (EOFException | ZipException | ChecksumException e) {
            throw new UserError("cannot read " + what + ": expected a sound file, got " + e.getMessage(), e);
        } catch (IOException e) {
            throw Store.failure("cannot read " + what, e);
        }
    }
}
