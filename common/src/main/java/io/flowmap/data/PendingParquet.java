package io.flowmap.data;

import io.flowmap.file.PendingFile;
import io.flowmap.file.Store;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.schema.MessageType;

/** Writes an uncompressed Parquet file atomically, so that a failed task attempt leaves no partial file. */
public final class PendingParquet {
    private static final long ROW_GROUP = 32 << 20;

    private PendingParquet() {}

    /** Writes the rows of the file. */
    @FunctionalInterface
    public interface Rows {
        void writeTo(ParquetWriter<Group> writer) throws IOException;
    }

    /**
     * Writes the file.
     *
     * @param attempt id that distinguishes concurrent attempts at the same file
     */
    public static void write(Configuration hadoop, Path target, long attempt, MessageType type, Rows rows)
            throws IOException {
        try (var pending = PendingFile.create(Store.of(hadoop, target), target, attempt)) {
            try (var writer = ExampleParquetWriter.builder(new Output(pending.stream(), target.toString()))
                    .withConf(hadoop)
                    .withType(type)
                    .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                    .withRowGroupSize(ROW_GROUP)
                    .withDictionaryEncoding(false)
                    .withDictionaryEncoding(LatentSchema.DTYPE, true)
                    .build()) {
                rows.writeTo(writer);
            }
            pending.commit();
        }
    }

    /** The pending file as a Parquet output. Closing it does not commit the file. */
    private record Output(FSDataOutputStream stream, String path) implements OutputFile {
        @Override
        public PositionOutputStream create(long blockSize) {
            return new Positioned(stream);
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSize) {
            return create(blockSize);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }

        @Override
        public String getPath() {
            return path;
        }
    }

    private static final class Positioned extends PositionOutputStream {
        private final FSDataOutputStream out;

        Positioned(FSDataOutputStream out) {
            this.out = out;
        }

        @Override
        public long getPos() {
            return out.getPos();
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void close() {}
    }
}
