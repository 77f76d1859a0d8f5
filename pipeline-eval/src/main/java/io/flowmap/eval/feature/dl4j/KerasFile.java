package io.flowmap.eval.feature.dl4j;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.modelimport.keras.Hdf5Archive;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.modelimport.keras.exceptions.InvalidKerasConfigurationException;
import org.deeplearning4j.nn.modelimport.keras.exceptions.UnsupportedKerasConfigurationException;

/**
 * Keras' HDF5 file of a model with its weights, sequential or functional. Deeplearning4j's import knows layers by Keras' names and refuses
 * others, so that a file names no Java class; lambdas of Python, which Keras would run, are refused too.
 */
final class KerasFile {
    private static final String CONFIG = "model_config";

    private KerasFile() {}

    /** Reads a network. Throws {@link UserError} if the bytes are none, or have layers that Deeplearning4j does not know. */
    static LoadedNetwork read(String file, byte[] bytes) {
        Path copy = copy(bytes);
        try {
            var config = config(copy);
            if (config.path("class_name").asText().equals("Sequential")) {
                var network = KerasModelImport.importKerasSequentialModelAndWeights(copy.toString(), false);
                var tree = Json.mapper()
                        .readTree(network.getLayerWiseConfigurations().toJson());
                return new LoadedNetwork(network.toComputationGraph(), ZipFile.names(tree), form(tree, config), null);
            }
            var graph = KerasModelImport.importKerasModelAndWeights(copy.toString(), false);
            var tree = Json.mapper().readTree(graph.getConfiguration().toJson());
            return new LoadedNetwork(graph, List.of(), form(tree, config), null);
        } catch (UnsupportedKerasConfigurationException | InvalidKerasConfigurationException | IOException e) {
            throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
        } catch (RuntimeException e) { // the import throws many kinds for files that do not fit
            throw new UserError(
                    "cannot read " + file + ": expected an HDF5 file of Keras with a model: " + e.getMessage(), e);
        } finally {
            delete(copy);
        }
    }

    private static JsonNode config(Path file) throws IOException, UnsupportedKerasConfigurationException {
        try (var archive = new Hdf5Archive(file.toString())) {
            return Json.mapper().readTree(archive.readAttributeAsJson(CONFIG));
        }
    }

    /** The form that the imported network has, with the size of the first layer that has a shape. */
    private static InputForm form(JsonNode imported, JsonNode config) {
        var form = InputForm.of(imported);
        int height = form.channelsLast() ? 1 : 2;
        for (var layer : config.path("config").path("layers")) {
            for (var key : List.of("batch_input_shape", "batch_shape")) {
                var shape = layer.path("config").path(key);
                if (shape.size() == 4) {
                    return form.sized(
                            shape.get(height).asInt(), shape.get(height + 1).asInt());
                }
            }
        }
        return form;
    }

    private static Path copy(byte[] bytes) {
        try {
            return Files.write(Files.createTempFile("flowmap-", ".h5"), bytes);
        } catch (IOException e) {
            throw Store.failure("cannot write a temporary copy of a Keras file", e);
        }
    }

    private static void delete(Path copy) {
        try {
            Files.deleteIfExists(copy);
        } catch (IOException e) {
            throw Store.failure("cannot delete " + copy, e);
        }
    }
}
