package io.flowmap.eval.feature.dl4j;

import io.flowmap.config.UserError;
import io.flowmap.file.FileKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network of Deeplearning4j, ready to run. Not thread-safe. */
public final class LoadedNetwork implements AutoCloseable {
    private static final String ZIP = "PK\3\4";
    private static final String HDF5 = "\u0089HDF\r\n";

    private final ComputationGraph graph;
    private final InputForm form;
    private final Scale scale;
    private final Map<String, String> vertices = new LinkedHashMap<>();

    /** @param names of the layers in the file, in the order in which they run; empty for those of the graph's vertices */
    LoadedNetwork(ComputationGraph graph, List<String> names, InputForm form, Scale scale) {
        this.graph = graph;
        this.form = form;
        this.scale = scale;
        // with workspaces Deeplearning4j loses the manager of one of two outputs
        graph.getConfiguration().setInferenceWorkspaceMode(WorkspaceMode.NONE);
        var inputs = graph.getConfiguration().getNetworkInputs();
        for (int vertex : graph.topologicalSortOrder()) {
            var name = graph.getVertices()[vertex].getVertexName();
            if (!inputs.contains(name)) {
                vertices.put(names.isEmpty() ? name : names.get(vertices.size()), name);
            }
        }
    }

    /**
     * Reads a network: a zip of Deeplearning4j, or an HDF5 file of Keras. Throws {@link UserError} if it is neither, does not have one
     * input, or names classes that are not Deeplearning4j's.
     *
     * @param file its name, for messages
     */
    public static LoadedNetwork read(String file, byte[] bytes) {
        var begin = Arrays.copyOf(bytes, Math.min(bytes.length, FileKind.BEGIN));
        var text = new String(begin, StandardCharsets.ISO_8859_1);
        if (!text.startsWith(ZIP) && !text.startsWith(HDF5)) {
            throw new UserError("cannot read " + file
                    + ": expected a network of Deeplearning4j (.zip) or Keras (.h5), got " + FileKind.of(begin));
        }
        var network = text.startsWith(ZIP) ? ZipFile.read(file, bytes) : KerasFile.read(file, bytes);
        int inputs = network.graph.getConfiguration().getNetworkInputs().size();
        if (inputs != 1) {
            throw new UserError("cannot read " + file + ": expected a network of one input, got " + inputs);
        }
        return network;
    }

    /** What the file says of its images. */
    public InputForm form() {
        return form;
    }

    /** The range of pixels that the file asks for, if it says so. */
    public Optional<Scale> scale() {
        return Optional.ofNullable(scale);
    }

    /** Names of the layers, in the order in which they run. */
    public List<String> layers() {
        return List.copyOf(vertices.keySet());
    }

    /** The layer whose activations are the network's first output. */
    public String output() {
        var output = graph.getConfiguration().getNetworkOutputs().get(0);
        return vertices.keySet().stream()
                .filter(layer -> vertices.get(layer).equals(output))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Activations of two layers for a batch of images. Those of pixels [N,C,H,W] are averaged over the pixels.
     *
     * @param images [count, channels, height, width], row-major
     * @param layer first layer
     * @param other second layer, may be the same
     * @return [count, D] of both
     */
    public List<float[]> activations(
            float[] images, int count, int channels, int height, int width, String layer, String other) {
        var input = Nd4j.create(images, new long[] {count, channels, height, width}, 'c');
        if (form.length() > 0) {
            input = input.reshape('c', count, images.length / count);
        } else if (form.channelsLast()) {
            input = input.permute(0, 2, 3, 1).dup('c');
        }
        var given = new INDArray[] {input.castTo(graph.getConfiguration().getDataType())};
        var wanted = Stream.of(layer, other).map(vertices::get).distinct().toList();
        var outputs = graph.output(wanted, false, given, null);
        return List.of(rows(outputs[0], count), rows(outputs[outputs.length - 1], count));
    }

    private float[] rows(INDArray activations, int count) {
        var rows = activations;
        if (activations.rank() == 4) {
            rows = form.channelsLast() ? activations.mean(1, 2) : activations.mean(2, 3);
        } else if (activations.rank() != 2) {
            throw new UserError(
                    "cannot take features of rank " + activations.rank() + ": expected activations [N,D] or of images");
        }
        return rows.castTo(DataType.FLOAT)
                .reshape(count, activations.length() == 0 ? 0 : rows.length() / count)
                .dup('c')
                .data()
                .asFloat();
    }

    @Override
    public void close() {
        graph.clear();
    }
}
