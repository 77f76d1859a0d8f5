package io.flowmap.distill.train.average;

import io.flowmap.tensor.Floats;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.spark.serializer.DeserializationStream;
import org.apache.spark.serializer.SerializationStream;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import scala.reflect.ClassTag;

/**
 * Shuffle serializer of (block key, {@link BlockPart}): an int key, an int worker, an int length and the raw bytes. Blocks are written
 * directly from the worker's vectors, so that a worker's result is in memory only once.
 */
final class BlockPartSerializer extends Serializer implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int CHUNK_FLOATS = 1 << 16;

    @Override
    public SerializerInstance newInstance() {
        return new Instance();
    }

    /** Records are independent of each other, so Spark may sort them by reducer as bytes. */
    @Override
    public boolean supportsRelocationOfSerializedObjects() {
        return true;
    }

    private static final class Instance extends SerializerInstance {
        @Override
        public SerializationStream serializeStream(OutputStream out) {
            return new Writer(out);
        }

        @Override
        public DeserializationStream deserializeStream(InputStream in) {
            return new Reader(in);
        }

        @Override
        public <T> ByteBuffer serialize(T value, ClassTag<T> tag) {
            throw new UnsupportedOperationException("block parts are written as streams only");
        }

        @Override
        public <T> T deserialize(ByteBuffer bytes, ClassTag<T> tag) {
            throw new UnsupportedOperationException("block parts are read as streams only");
        }

        @Override
        public <T> T deserialize(ByteBuffer bytes, ClassLoader loader, ClassTag<T> tag) {
            throw new UnsupportedOperationException("block parts are read as streams only");
        }
    }

    private static final class Writer extends SerializationStream {
        private final DataOutputStream out;
        private final byte[] chunk = new byte[4 * CHUNK_FLOATS];
        private final float[] floats = new float[CHUNK_FLOATS];

        Writer(OutputStream out) {
            this.out = new DataOutputStream(out);
        }

        @Override
        public <T> SerializationStream writeObject(T value, ClassTag<T> tag) {
            try {
                if (value instanceof Integer key) {
                    out.writeInt(key);
                } else {
                    write((BlockPart) value);
                }
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write a block to the shuffle", e);
            }
        }

        private void write(BlockPart part) throws IOException {
            out.writeInt(part.worker());
            out.writeInt(part.size());
            if (part.values() == null) {
                out.writeInt(part.report().length);
                out.write(part.report());
                return;
            }
            for (int done = 0; done < part.size(); done += CHUNK_FLOATS) {
                int count = Math.min(CHUNK_FLOATS, part.size() - done);
                part.values().get(part.from() + done, floats, 0, count);
                FloatBytes.toBytes(floats, 0, count, chunk, 0);
                out.write(chunk, 0, 4 * count);
            }
        }

        @Override
        public void flush() {
            try {
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot flush a shuffle stream", e);
            }
        }

        @Override
        public void close() {
            try {
                out.close();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot close a shuffle stream", e);
            }
        }
    }

    private static final class Reader extends DeserializationStream {
        private final DataInputStream in;
        private final byte[] chunk = new byte[4 * CHUNK_FLOATS];

        Reader(InputStream in) {
            this.in = new DataInputStream(new BufferedInputStream(in));
        }

        @Override
        public <T> T readKey(ClassTag<T> tag) {
            try {
                return cast(in.readInt());
            } catch (IOException e) {
                throw sneaky(e);
            }
        }

        @Override
        public <T> T readObject(ClassTag<T> tag) {
            try {
                return cast(read());
            } catch (IOException e) {
                throw sneaky(e);
            }
        }

        private BlockPart read() throws IOException {
            int worker = in.readInt();
            int size = in.readInt();
            if (size == 0) {
                return BlockPart.report(worker, in.readNBytes(in.readInt()));
            }
            var values = new float[size];
            for (int done = 0; done < size; done += CHUNK_FLOATS) {
                int count = Math.min(CHUNK_FLOATS, size - done);
                in.readFully(chunk, 0, 4 * count);
                FloatBytes.toFloats(chunk, 0, values, done, count);
            }
            return BlockPart.block(worker, Floats.of(values), 0, size);
        }

        @Override
        public void close() {
            try {
                in.close();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot close a shuffle stream", e);
            }
        }

        @SuppressWarnings("unchecked")
        private static <T> T cast(Object value) {
            return (T) value;
        }

        /** Spark ends the iteration on EOFException, which Scala's signature does not declare. */
        @SuppressWarnings("unchecked")
        private static <E extends Throwable> RuntimeException sneaky(Throwable e) throws E {
            throw (E) e;
        }
    }
}
