package io.flowmap.checkpoint;

import io.flowmap.config.UserError;
import io.flowmap.file.Sha256;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Arrays of a local safetensors file, memory-mapped in their stored type. The operating system shares and reclaims these pages. Each array
 * is mapped separately and must be smaller than 2 GiB.
 *
 * @param arrays read-only arrays by name, in the order of the file
 * @param bytes size of all arrays
 * @param sha256 hash of the bytes of all arrays, in their order
 */
record MappedWeights(Map<String, INDArray> arrays, long bytes, String sha256) {
    /** Maps a file. Throws {@link UserError} if it is damaged or has an array that is not float32, float16, bfloat16 or int64. */
    static MappedWeights of(Path file, String name) throws IOException {
        SafeTensors.Index index;
        try (var in = new BufferedInputStream(Files.newInputStream(file))) {
            index = SafeTensors.index(in, Files.size(file), name);
        }
        var arrays = new LinkedHashMap<String, INDArray>();
        var digest = Sha256.digest();
        long bytes = 0;
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (var part : index.parts()) {
                arrays.put(part.name(), array(channel, index.start(), part, name, digest));
                bytes += part.end() - part.begin();
            }
        }
        return new MappedWeights(arrays, bytes, HexFormat.of().formatHex(digest.digest()));
    }

    private static INDArray array(
            FileChannel channel, long start, SafeTensors.Part part, String name, MessageDigest digest)
            throws IOException {
        long size = part.end() - part.begin();
        if (size > Integer.MAX_VALUE) {
            throw new UserError("cannot map " + name + ", array " + part.name() + ": expected less than 2 GiB, got "
                    + size + " bytes");
        }
        ByteBuffer pages = channel.map(MapMode.READ_ONLY, start + part.begin(), size);
        digest.update(pages.duplicate());
        var type = type(part, name);
        long length = size / part.type().bytes();
        var buffer = Nd4j.createBuffer(new BytePointer(pages), length, type);
        return Nd4j.create(buffer, new long[] {length}, new long[] {1}, 0, 'c', type)
                .reshape('c', part.shape());
    }

    private static DataType type(SafeTensors.Part part, String name) {
        return switch (part.type()) {
            case FLOAT32 -> DataType.FLOAT;
            case FLOAT16 -> DataType.FLOAT16;
            case BFLOAT16 -> DataType.BFLOAT16;
            case INT64 -> DataType.INT64; // indices that transformers used to store
            default -> throw new UserError("cannot map " + name + ", array " + part.name()
                    + ": expected float32, float16 or bfloat16, got " + part.type());
        };
    }
}
