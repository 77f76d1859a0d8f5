package io.flowmap.eval.feature.dl4j;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.modelimport.keras.Hdf5Archive;
import org.deeplearning4j.nn.modelimport.keras.exceptions.UnsupportedKerasConfigurationException;

/**
 * The weights in an HDF5 file of Keras, with or without a model: a group for each layer, with data sets of its kernel and bias, which
 * are named differently by versions of Keras.
 */
public final class KerasWeights {
    private static final String MODEL = "model_weights";

    private KerasWeights() {}

    /**
     * Arrays as "layer.kernel" and "layer.bias", in Keras' layout. Throws {@link UserError} if the file cannot be read.
     *
     * @param file its name, for messages
     */
    public static Map<String, TensorData> read(String file, byte[] bytes) {
        Path copy = null;
        try {
            copy = Files.write(Files.createTempFile("flowmap-", ".h5"), bytes);
            return read(copy);
        } catch (IOException e) {
            throw Store.failure("cannot write a temporary copy of " + file, e);
        } catch (UnsupportedKerasConfigurationException
                | RuntimeException e) { // the library throws many kinds for damaged files
            throw new UserError("cannot read " + file + ": expected weights of Keras in HDF5: " + e.getMessage(), e);
        } finally {
            if (copy != null) {
                copy.toFile().delete();
            }
        }
    }

    private static Map<String, TensorData> read(Path file) throws UnsupportedKerasConfigurationException {
        var arrays = new LinkedHashMap<String, TensorData>();
        try (var archive = new Hdf5Archive(file.toString())) {
            var root = archive.getGroups().contains(MODEL) ? new String[] {MODEL} : new String[0];
            for (var layer : archive.getGroups(root)) {
                var path = new ArrayList<>(List.of(root));
                path.add(layer);
                while (archive.getDataSets(path.toArray(String[]::new)).isEmpty()
                        && archive.getGroups(path.toArray(String[]::new)).size() == 1) {
                    path.add(archive.getGroups(path.toArray(String[]::new)).get(0));
                }
                var groups = path.toArray(String[]::new);
                for (var name : archive.getDataSets(groups)) {
                    var values = archive.readDataSet(name, groups);
                    boolean bias = values.rank() == 1;
                    arrays.put(
                            layer + (bias ? ".bias" : ".kernel"),
                            TensorData.of(values.dup('c').data().asFloat(), 0, values.shape()));
                }
            }
        }
        return arrays;
    }
}
