package io.flowmap.codec;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import io.flowmap.config.UserError;
import io.flowmap.file.FileKind;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A frozen network from an ONNX file on any Hadoop file system. Runs on the CPU in one thread, so that equal inputs give equal bits. The
 * weights must be inside the file (at most 2 GB). Not thread-safe: use one instance for each task.
 */
public final class OnnxSession implements AutoCloseable {
    /** Java's largest array is a few elements short of 2^31. */
    private static final int ARRAY_LIMIT = 8;

    private final String name;
    private final String hash;
    private final OrtEnvironment environment;
    private final OrtSession session;

    private OnnxSession(String name, String hash, OrtEnvironment environment, OrtSession session) {
        this.name = name;
        this.hash = hash;
        this.environment = environment;
        this.session = session;
    }

    /**
     * Reads a file.
     *
     * @param network what the file should hold, for messages: "an ONNX file of a text encoder"
     * @throws UserError if the file cannot be read
     */
    public static OnnxSession open(Configuration hadoop, String network, Path file) {
        return of(file.toString(), network, read(hadoop, file));
    }

    /** Bytes of a file. Throws {@link UserError} if it cannot be read or has 2 GiB or more. */
    public static byte[] read(Configuration hadoop, Path file) {
        var fileSystem = Store.of(hadoop, file);
        try (var in = Store.open(fileSystem, file, "ONNX file " + file)) {
            long length = fileSystem.getFileStatus(file).getLen();
            if (length > Integer.MAX_VALUE - ARRAY_LIMIT) {
                throw new UserError(
                        "cannot read ONNX file " + file + ": expected a file below 2 GiB, got " + length + " bytes");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw Store.failure("cannot read ONNX file " + file, e);
        }
    }

    /**
     * Creates a session from the bytes of a file.
     *
     * @param name name of the file, for messages
     * @param network what the file should hold, as for {@link #open}
     */
    public static OnnxSession of(String name, String network, byte[] bytes) {
        try (var options = new SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setDeterministicCompute(true);
            var environment = OrtEnvironment.getEnvironment();
            return new OnnxSession(name, Sha256.of(bytes), environment, environment.createSession(bytes, options));
        } catch (OrtException e) {
            var kind = FileKind.of(Arrays.copyOf(bytes, Math.min(bytes.length, FileKind.BEGIN)));
            var got = kind.equals(FileKind.OTHER) ? line(e) : kind;
            throw new UserError("cannot read " + name + ": expected " + network + ", got " + got, e);
        }
    }

    /** SHA-256 of the file. */
    public String hash() {
        return hash;
    }

    /** Names of the inputs, in the order of the file. */
    public List<String> inputs() {
        return List.copyOf(session.getInputNames());
    }

    /** Shape of an input. Values below 1 stand for dimensions of any size. */
    public long[] inputShape(String input) {
        try {
            return info(session.getInputInfo(), input).getShape();
        } catch (OrtException e) {
            throw failure(input, e);
        }
    }

    /** Whether an input takes int32 or int64. */
    public boolean isInteger(String input) {
        try {
            var type = info(session.getInputInfo(), input).type;
            return type == OnnxJavaType.INT32 || type == OnnxJavaType.INT64;
        } catch (OrtException e) {
            throw failure(input, e);
        }
    }

    /** Names of the outputs, in the order of the file. */
    public List<String> outputs() {
        return List.copyOf(session.getOutputNames());
    }

    /** Output values in C order. */
    public record Values(long[] shape, float[] values) {}

    /**
     * Runs the network on one float32 input and returns one output. Throws {@link UserError} if the network has other inputs or outputs.
     */
    public Values run(String input, long[] shape, float[] values, String output) {
        try (var tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape)) {
            return run(Map.of(input, tensor), List.of(output)).get(output);
        } catch (OrtException e) {
            throw failure(Arrays.toString(shape), e);
        }
    }

    /** Runs the network on integer inputs (int64 or int32, as the network declares) and returns one output. */
    public Values run(Map<String, long[]> inputs, long[] shape, String output) {
        var tensors = new HashMap<String, OnnxTensor>();
        try {
            put(tensors, inputs, shape);
            return run(tensors, List.of(output)).get(output);
        } catch (OrtException e) {
            throw failure(inputs.keySet() + " " + Arrays.toString(shape), e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    /**
     * Runs the network on one float32 input and integer inputs, and returns outputs by name.
     *
     * @param integers values of the integer inputs, each of the shape {@code integerShape}
     */
    public Map<String, Values> run(
            String input,
            long[] shape,
            float[] values,
            Map<String, long[]> integers,
            long[] integerShape,
            List<String> outputs) {
        var tensors = new HashMap<String, OnnxTensor>();
        try {
            tensors.put(input, OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape));
            put(tensors, integers, integerShape);
            return run(tensors, outputs);
        } catch (OrtException e) {
            throw failure(
                    Arrays.toString(shape) + " and " + integers.keySet() + " " + Arrays.toString(integerShape), e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("cannot close " + name, e);
        }
    }

    private void put(Map<String, OnnxTensor> tensors, Map<String, long[]> inputs, long[] shape) throws OrtException {
        for (var input : inputs.entrySet()) {
            tensors.put(input.getKey(), whole(input.getKey(), input.getValue(), shape));
        }
    }

    private OnnxTensor whole(String input, long[] values, long[] shape) throws OrtException {
        if (info(session.getInputInfo(), input).type == OnnxJavaType.INT32) {
            return OnnxTensor.createTensor(
                    environment,
                    IntBuffer.wrap(
                            Arrays.stream(values).mapToInt(Math::toIntExact).toArray()),
                    shape);
        }
        return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape);
    }

    private Map<String, Values> run(Map<String, OnnxTensor> inputs, List<String> outputs) throws OrtException {
        try (var results = session.run(inputs)) {
            var values = new HashMap<String, Values>();
            for (var output : outputs) {
                values.put(
                        output,
                        values(
                                output,
                                results.get(output)
                                        .orElseThrow(() -> new UserError("cannot run " + name
                                                + ": expected one of the outputs " + outputs() + ", got " + output))));
            }
            return values;
        }
    }

    private Values values(String output, OnnxValue result) throws OrtException {
        if (!(result instanceof OnnxTensor tensor) || tensor.getFloatBuffer() == null) {
            throw new UserError("cannot run " + name + ": expected floating point values as " + output + ", got "
                    + result.getInfo());
        }
        var buffer = tensor.getFloatBuffer();
        var values = new float[buffer.remaining()];
        buffer.get(values);
        return new Values(tensor.getInfo().getShape(), values);
    }

    private TensorInfo info(Map<String, NodeInfo> nodes, String node) {
        if (nodes.get(node) != null && nodes.get(node).getInfo() instanceof TensorInfo tensor) {
            return tensor;
        }
        throw new UserError("cannot run " + name + ": expected an input " + node + ", got " + nodes.keySet());
    }

    private UserError failure(String input, OrtException e) {
        return new UserError("cannot run " + name + " on input " + input + ": " + line(e), e);
    }

    private static String line(OrtException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
