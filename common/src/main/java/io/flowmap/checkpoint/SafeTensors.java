package io.flowmap.checkpoint;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.file.PendingFile;
import io.flowmap.file.Store;
import java.io.BufferedOutputStream;
import java.io.CharConversionException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The safetensors format: the length of the header in 8 bytes, the header as JSON (name to dtype, shape and offsets), then the arrays
 * without gaps. Sizes in the header are checked against the length of the file before memory is allocated.
 */
public final class SafeTensors {
    private static final String METADATA = "__metadata__";
    /** Largest header in bytes that is accepted. */
    public static final long MAX_HEADER = 100_000_000;

    private static final int ALIGNMENT = 8;
    private static final int BUFFER = 1 << 20;
    private static final ObjectReader STRICT = Json.mapper()
            .reader()
            .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private SafeTensors() {}

    /**
     * Content of a file.
     *
     * @param tensors by name, in the order of their bytes
     * @param metadata free text entries of the header, in its order
     */
    public record Content(Map<String, TensorData> tensors, Map<String, String> metadata) {}

    /**
     * Location of an array in a file.
     *
     * @param begin offset of its first byte, counted from the start of the first array
     * @param end offset after its last byte
     */
    public record Part(String name, TensorData.Type type, long[] shape, long begin, long end) {}

    /**
     * Parsed header of a file.
     *
     * @param parts locations of the arrays, in file order, without gap or overlap
     * @param start offset of the first array from the start of the file
     * @param metadata free text entries of the header, in its order
     */
    public record Index(List<Part> parts, long start, Map<String, String> metadata) {}

    /** Writes arrays and metadata in the order of their maps. Equal arguments give equal bytes. Does not close the stream. */
    public static void write(OutputStream out, Map<String, TensorData> tensors, Map<String, String> metadata)
            throws IOException {
        write(out, Tensors.of(tensors), metadata);
    }

    /** Like {@link #write(OutputStream, Map, Map)}, but only one array is in memory at a time. */
    public static void write(OutputStream out, Tensors tensors, Map<String, String> metadata) throws IOException {
        var arrays = tensors.arrays();
        writeHeader(out, arrays, metadata);
        for (var name : arrays.keySet()) {
            out.write(tensors.read(name).bytes());
        }
    }

    /** Writes everything before the arrays. The caller then writes their bytes, in the order of the map. */
    public static void writeHeader(
            OutputStream out, Map<String, Tensors.ArrayInfo> arrays, Map<String, String> metadata) throws IOException {
        var parts = new ArrayList<Part>();
        long offset = 0;
        for (var array : arrays.entrySet()) {
            var info = array.getValue();
            parts.add(new Part(array.getKey(), info.type(), info.shape(), offset, offset + info.bytes()));
            offset += info.bytes();
        }
        writeHeader(out, parts, metadata);
    }

    /** Publishes a file, which appears when it is complete. Only one array is in memory at a time. */
    public static void write(FileSystem fileSystem, Path file, Tensors tensors, Map<String, String> metadata) {
        try (var pending = PendingFile.create(fileSystem, file, 0)) {
            var out = new BufferedOutputStream(pending.stream(), BUFFER);
            write(out, tensors, metadata);
            out.flush();
            pending.commit();
        } catch (IOException e) {
            throw Store.failure("cannot write " + file, e);
        }
    }

    /** Writes everything before the arrays. The caller then writes the bytes of the arrays. */
    static void writeHeader(OutputStream out, List<Part> parts, Map<String, String> metadata) throws IOException {
        var header = Json.mapper().createObjectNode();
        if (!metadata.isEmpty()) {
            metadata.forEach(header.putObject(METADATA)::put);
        }
        for (var part : parts) {
            var entry = header.putObject(part.name()).put("dtype", part.type().code());
            Arrays.stream(part.shape()).forEach(entry.putArray("shape")::add);
            entry.putArray("data_offsets").add(part.begin()).add(part.end());
        }
        var text = padded(Json.mapper().writeValueAsBytes(header));
        out.write(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .array());
        out.write(text);
    }

    /**
     * Reads a file of known length.
     *
     * @param name name for messages
     * @throws UserError if it is not a valid safetensors file
     */
    public static Content read(InputStream in, long fileLength, String name) throws IOException {
        var tensors = new LinkedHashMap<String, TensorData>();
        var index = read(in, fileLength, name, tensors::put);
        return new Content(tensors, index.metadata());
    }

    /** Like {@link #read(InputStream, long, String)}, but passes each array to {@code arrays} in file order instead of keeping them all. */
    static Index read(InputStream in, long fileLength, String name, BiConsumer<String, TensorData> arrays)
            throws IOException {
        var index = index(in, fileLength, name);
        try {
            var data = new DataInputStream(in);
            for (var part : index.parts()) {
                var bytes = new byte[Math.toIntExact(part.end() - part.begin())];
                data.readFully(bytes);
                arrays.accept(part.name(), new TensorData(part.type(), part.shape(), bytes));
            }
            return index;
        } catch (ArithmeticException e) {
            throw new UserError("cannot read safetensors " + name + ": expected arrays below 2 GiB, got more", e);
        } catch (EOFException e) {
            throw truncated(name, fileLength, e);
        }
    }

    /**
     * Reads the header of a file of known length. The stream is left at the first array.
     *
     * @param name name for messages
     * @throws UserError if the header is not valid
     */
    public static Index index(InputStream in, long fileLength, String name) throws IOException {
        try {
            var text = headerText(new DataInputStream(in), fileLength);
            var header = header(text);
            long start = Long.BYTES + text.length;
            return new Index(parts(header, fileLength - start), start, metadata(header));
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot read safetensors " + name + ": " + e.getMessage(), e);
        } catch (EOFException e) {
            throw truncated(name, fileLength, e);
        }
    }

    private static UserError truncated(String name, long fileLength, EOFException e) {
        return new UserError("cannot read safetensors " + name + ": expected " + fileLength + " bytes, got fewer", e);
    }

    private static byte[] padded(byte[] text) {
        int length = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        var padded = Arrays.copyOf(text, length);
        Arrays.fill(padded, text.length, length, (byte) ' ');
        return padded;
    }

    private static byte[] headerText(DataInputStream in, long fileLength) throws IOException {
        if (fileLength < Long.BYTES) {
            throw new IllegalArgumentException("expected at least 8 bytes, got " + fileLength);
        }
        long length = Long.reverseBytes(in.readLong());
        long most = Math.min(MAX_HEADER, fileLength - Long.BYTES);
        if (length < 2 || length > most) {
            throw new IllegalArgumentException(
                    "expected a header of 2 to " + most + " bytes, got " + Long.toUnsignedString(length));
        }
        var text = new byte[(int) length];
        in.readFully(text);
        return text;
    }

    private static ObjectNode header(byte[] text) throws IOException {
        try {
            if (STRICT.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("expected a JSON header, got " + e.getOriginalMessage(), e);
        } catch (CharConversionException e) {
            throw new IllegalArgumentException("expected a header in UTF-8, got other bytes", e);
        }
        throw new IllegalArgumentException("expected a JSON object as header, got something else");
    }

    /** The parts in the order of their bytes, which must cover the data section without gap or overlap. */
    private static List<Part> parts(ObjectNode header, long dataLength) {
        var parts = new ArrayList<Part>();
        header.fields().forEachRemaining(field -> {
            if (!field.getKey().equals(METADATA)) {
                parts.add(part(field.getKey(), field.getValue()));
            }
        });
        parts.sort(Comparator.comparingLong(Part::begin).thenComparingLong(Part::end));
        long next = 0;
        for (var part : parts) {
            if (part.begin() != next) {
                throw new IllegalArgumentException(
                        "expected array " + part.name() + " to begin at byte " + next + ", got " + part.begin());
            }
            next = part.end();
        }
        if (next != dataLength) {
            throw new IllegalArgumentException("expected " + next + " bytes of arrays, got " + dataLength);
        }
        return parts;
    }

    private static Part part(String name, JsonNode json) {
        try {
            var entry = STRICT.treeToValue(json, Entry.class);
            if (entry == null || entry.shape() == null || entry.offsets() == null) {
                throw new IllegalArgumentException(
                        "expected dtype, shape and data_offsets of array " + name + ", got " + json);
            }
            var type = TensorData.Type.of(entry.dtype());
            var offsets = entry.offsets();
            long length = TensorData.length(type, entry.shape());
            if (offsets.length != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] - offsets[0] != length) {
                throw new IllegalArgumentException("expected " + length + " bytes for array " + name + " of "
                        + entry.dtype() + Arrays.toString(entry.shape()) + ", got offsets " + Arrays.toString(offsets));
            }
            return new Part(name, type, entry.shape(), offsets[0], offsets[1]);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "expected dtype, shape and data_offsets of array " + name + ", got " + e.getOriginalMessage(), e);
        }
    }

    private static Map<String, String> metadata(ObjectNode header) {
        var metadata = new LinkedHashMap<String, String>();
        if (header.has(METADATA) && !header.get(METADATA).isObject()) {
            throw new IllegalArgumentException("expected a map as metadata, got " + header.get(METADATA));
        }
        header.path(METADATA).fields().forEachRemaining(field -> {
            if (!field.getValue().isTextual()) {
                throw new IllegalArgumentException(
                        "expected text as metadata " + field.getKey() + ", got " + field.getValue());
            }
            metadata.put(field.getKey(), field.getValue().asText());
        });
        return metadata;
    }

    private record Entry(String dtype, long[] shape, @JsonProperty("data_offsets") long[] offsets) {}
}
