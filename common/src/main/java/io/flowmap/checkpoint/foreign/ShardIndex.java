package io.flowmap.checkpoint.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.checkpoint.SafeTensors;
import io.flowmap.checkpoint.pickle.Blob;
import io.flowmap.checkpoint.pickle.Unpickler;
import io.flowmap.file.FileKind;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;

/** Arrays of one safetensors file, or of several files next to their index ({@code model.safetensors.index.json}). */
final class ShardIndex {
    private ShardIndex() {}

    static boolean isIndex(Path file) {
        return file.getName().endsWith(".safetensors.index.json");
    }

    /** Arrays of one file, and the metadata of its header. */
    record Shard(Map<String, ArrayView> arrays, Map<String, String> metadata) {}

    static Shard shard(String name, Blob file) throws IOException {
        try (var in = new BufferedInputStream(file.open(0))) {
            var index = SafeTensors.index(in, file.length(), name);
            var arrays = new LinkedHashMap<String, ArrayView>();
            for (var part : index.parts()) {
                Blob data = file.slice(index.start() + part.begin(), part.end() - part.begin());
                arrays.put(part.name(), ArrayView.of(Storage.of(part.type(), data), part.shape()));
            }
            return new Shard(arrays, index.metadata());
        }
    }

    /** The files named in an index, sorted by name. */
    static List<Path> files(FileBlob index) throws IOException {
        var files = new TreeSet<Path>();
        var map = weightMap(index);
        map.fields()
                .forEachRemaining(entry ->
                        files.add(new Path(index.file().getParent(), shardName(entry.getKey(), entry.getValue()))));
        return List.copyOf(files);
    }

    /** The arrays named in an index, in its order. The files next to it must hold these arrays and no others. */
    static Map<String, ArrayView> arrays(FileBlob index) throws IOException {
        var shards = new HashMap<String, Map<String, ArrayView>>();
        var arrays = new LinkedHashMap<String, ArrayView>();
        var map = weightMap(index);
        for (var names = map.fieldNames(); names.hasNext(); ) {
            var name = names.next();
            var shard = shardName(name, map.get(name));
            if (!shards.containsKey(shard)) {
                shards.put(shard, shard(index, shard));
            }
            var view = shards.get(shard).remove(name);
            if (view == null) {
                throw new IllegalArgumentException(
                        "expected array " + Unpickler.printable(name) + " in " + shard + ", got none");
            }
            arrays.put(name, view);
        }
        shards.forEach(ShardIndex::requireNamed);
        return arrays;
    }

    private static void requireNamed(String shard, Map<String, ArrayView> left) {
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("expected in " + shard + " only arrays that the index names, got also "
                    + Unpickler.printable(String.join(", ", left.keySet())));
        }
    }

    private static Map<String, ArrayView> shard(FileBlob index, String shard) throws IOException {
        var file = new Path(index.file().getParent(), shard);
        try {
            var blob = FileBlob.of(index.fileSystem(), file);
            var begin = blob.begin();
            if (FileForm.of(begin) != FileForm.SAFETENSORS) {
                throw new IllegalArgumentException(
                        "expected a safetensors file as shard " + shard + ", got " + FileKind.of(begin));
            }
            return shard(file.toString(), blob).arrays();
        } catch (FileNotFoundException e) {
            throw new IllegalArgumentException("expected shard " + shard + " beside the index, got no such file", e);
        }
    }

    private static JsonNode weightMap(FileBlob index) throws IOException {
        var map = ForeignJson.read(index, "an index").path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected weight_map in the index, got " + (map.isObject() ? "an empty one" : "none"));
        }
        return map;
    }

    /** File name of a shard. It must lie next to its index. */
    private static String shardName(String array, JsonNode shard) {
        if (!shard.isTextual() || !shard.asText().matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,254}")) {
            throw new IllegalArgumentException("expected a plain file name as shard of " + Unpickler.printable(array)
                    + ", got " + Unpickler.printable(shard.toString()));
        }
        return shard.asText();
    }
}
