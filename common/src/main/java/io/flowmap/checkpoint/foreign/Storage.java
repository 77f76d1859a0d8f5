package io.flowmap.checkpoint.foreign;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.pickle.Blob;
import java.nio.ByteOrder;

/** One-dimensional memory that arrays are views of: located, not loaded. In torch's legacy form it follows the pickle that names it. */
final class Storage {
    private final TensorData.Type type;
    private final long elements;
    private Blob data;
    private ByteOrder order;

    Storage(TensorData.Type type, long elements) {
        this.type = type;
        this.elements = elements;
    }

    /** A storage of a whole blob, little endian. */
    static Storage of(TensorData.Type type, Blob data) {
        var storage = new Storage(type, data.length() / type.bytes());
        storage.locate(data, ByteOrder.LITTLE_ENDIAN);
        return storage;
    }

    /** Says where the elements lie. Throws {@link IllegalArgumentException} if their number is another. */
    void locate(Blob where, ByteOrder byteOrder) {
        if (elements < 0 || where.length() / type.bytes() != elements || where.length() % type.bytes() != 0) {
            throw new IllegalArgumentException(
                    "expected a storage of " + elements + " " + type + ", got " + where.length() + " bytes");
        }
        data = where;
        order = byteOrder;
    }

    TensorData.Type type() {
        return type;
    }

    long elements() {
        return elements;
    }

    ByteOrder order() {
        return order;
    }

    /** Where the elements lie. Throws {@link IllegalArgumentException} if the file does not have them. */
    Blob data() {
        if (data == null) {
            throw new IllegalArgumentException("expected the storage of an array in the file, got none");
        }
        return data;
    }
}
