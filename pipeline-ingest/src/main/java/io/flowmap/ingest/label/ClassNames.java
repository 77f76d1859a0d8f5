package io.flowmap.ingest.label;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Names of the classes in the order of their indices.
 *
 * @param names class names, empty if the data has numbers only
 * @param given whether the names come from an explicit list, so that any other name or number is an error
 */
public record ClassNames(ArrayList<String> names, boolean given) implements Serializable {
    public static final String FILE = "classes.json";

    /** Reads a JSON list of names. Throws {@link UserError} for any other content. */
    public static ClassNames read(FileSystem fileSystem, Path file) throws IOException {
        try (var in = Store.open(fileSystem, file)) {
            return parse(PythonText.json(in.readAllBytes()), file);
        } catch (IllegalArgumentException e) {
            throw other(file, e.getMessage(), e);
        }
    }

    /** Reads the names in a folder's {@code classes.json}, if there is one. */
    public static Optional<ClassNames> beside(FileSystem fileSystem, Path folder) throws IOException {
        var place = new Path(folder, FILE);
        return fileSystem.exists(place) ? Optional.of(read(fileSystem, place)) : Optional.empty();
    }

    /** Class names from folder names, in alphabetical order. */
    public static ClassNames of(SortedSet<String> folders) {
        return new ClassNames(new ArrayList<>(folders), false);
    }

    /** Index of each name. */
    public Map<String, Integer> indices() {
        var indices = new HashMap<String, Integer>();
        for (int i = 0; i < names.size(); i++) {
            indices.put(names.get(i), i);
        }
        return indices;
    }

    /** One name for each class; its number if it has no name. */
    public List<String> padded(int classes) {
        var padded = new ArrayList<>(names);
        for (int i = padded.size(); i < classes; i++) {
            padded.add(Integer.toString(i));
        }
        return padded;
    }

    private static ClassNames parse(JsonNode json, Path file) {
        var names = new ArrayList<String>();
        boolean sound = json.isArray() && !json.isEmpty();
        for (var name : json) {
            sound &= name.isValueNode() && !PythonText.isAbsent(name);
            names.add(PythonText.wellFormed(name.asText()));
        }
        if (!sound || names.stream().distinct().count() != names.size()) {
            throw other(file, json.toString(), null);
        }
        return new ClassNames(names, true);
    }

    private static UserError other(Path file, String found, Exception cause) {
        return new UserError(
                "cannot read class names " + file + ": expected a JSON list of different names, got " + found, cause);
    }
}
