package io.flowmap.checkpoint.foreign;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.pickle.Blob;
import java.nio.ByteOrder;

/**
 * One-dimensional memory that array views refer to. Its data is located, not loaded; in torch's legacy format the data follows the pickle
 * that names the storage.
 */
final class Storage {
    private final TensorData.Type type;
    private final long elements;
    private Blob data;
    private ByteOrder order;

    Storage(TensorData.Type type, long elements) {
        this.type = type;
        this.elements = elements;
    }

    /** A storage that spans a whole blob, little endian. */
    static Storage of(TensorData.Type type, Blob data) {
        var storage = new Storage(type, data.length() / type.bytes());
        storage.locate(data, ByteOrder.LITTLE_ENDIAN);
        return storage;
    }

    /** Sets the location of the elements. Throws {@link IllegalArgumentException} if their number does not match. */
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

    /** Location of the elements. Throws {@link IllegalArgumentException} if it was never set, because the file lacks them. */
    Blob data() {
        if (data == null) {
            throw new IllegalArgumentException("expected the storage of an array in the file, got none");
        }
        return data;
    }
}
