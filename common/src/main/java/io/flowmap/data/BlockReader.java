package io.flowmap.data;

import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import io.flowmap.tensor.DType;
import java.io.IOException;
import java.util.HexFormat;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.util.HadoopStreams;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** Reads one Parquet file of latents with parquet-hadoop, without Spark. */
final class BlockReader {
    /** Java's largest array is a few elements short of 2^31. */
    private static final int MOST_VALUES = Integer.MAX_VALUE - 8;

    private static final int KEY_BYTES = 32;

    private final Configuration hadoop;
    private final Path path;

    BlockReader(Configuration hadoop, Path path) {
        this.hadoop = hadoop;
        this.path = path;
    }

    /** Reads a block. Memory is allocated only after the file's row count and first row have been checked. */
    LatentBlock read(BlockFile file, LatentShape shape, DataFacts facts, Texts texts) {
        if ((long) file.count() * shape.size() > MOST_VALUES) {
            throw failure("at most " + MOST_VALUES + " values", file.count() + " records of " + shape);
        }
        try {
            var input = Input.of(hadoop, path);
            requireRows(input, file.count());
            try (var reader = new Rows(input).withConf(hadoop).build()) {
                return read(reader, file, shape, facts, texts);
            }
        } catch (UserError e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            var outage = Store.outage(e);
            throw outage != null ? outage : damaged(e);
        }
    }

    private void requireRows(InputFile input, long expected) throws IOException {
        try (var file = ParquetFileReader.open(input)) {
            if (file.getRecordCount() != expected) {
                throw failure(expected + " records", Long.toString(file.getRecordCount()));
            }
        }
    }

    private LatentBlock read(
            ParquetReader<Group> reader, BlockFile file, LatentShape shape, DataFacts facts, Texts texts)
            throws IOException {
        LatentBlock block = null;
        int row = 0;
        for (var record = reader.read(); record != null && row < file.count(); record = reader.read()) {
            requireSound(row, record, shape, facts);
            if (block == null) {
                int count = file.count();
                block = new LatentBlock(
                        new long[count],
                        Conditions.allocate(count, facts.inlineShape()),
                        new float[count * shape.size()],
                        shape,
                        texts == null
                                ? null
                                : new LatentBlock.RecordTexts(texts, new String[count], new String[count]));
                if (texts != null) {
                    block.inline().nulls().putAll(texts.nulls());
                }
            }
            fill(block, row, record, file.firstIndex() + row, facts);
            row++;
        }
        if (row != file.count()) {
            throw failure(file.count() + " records", Integer.toString(row));
        }
        return block;
    }

    private void requireSound(int row, Group record, LatentShape shape, DataFacts facts) {
        var stored = new LatentShape(
                record.getInteger(LatentSchema.CHANNELS, 0),
                record.getInteger(LatentSchema.HEIGHT, 0),
                record.getInteger(LatentSchema.WIDTH, 0));
        if (!stored.equals(shape)) {
            throw failure(shape + " in row " + row, stored.toString());
        }
        int label = record.getInteger(LatentSchema.LABEL, 0);
        if (label < -1 || label >= facts.classes()) {
            throw failure("a label from -1 to " + (facts.classes() - 1) + " in row " + row, Integer.toString(label));
        }
        long bytes = record.getBinary(LatentSchema.LATENT, 0).length();
        long needed = (long) shape.size()
                * DType.of(record.getString(LatentSchema.DTYPE, 0)).bytes();
        if (bytes != needed) {
            throw failure(needed + " bytes of latent in row " + row, Long.toString(bytes));
        }
    }

    private void fill(LatentBlock block, int row, Group record, long expectedIndex, DataFacts facts) {
        long index = record.getLong(LatentSchema.INDEX, 0);
        if (index != expectedIndex) {
            throw failure("index " + expectedIndex + " in row " + row, Long.toString(index));
        }
        var shape = block.shape();
        block.index()[row] = index;
        block.label()[row] = record.getInteger(LatentSchema.LABEL, 0);
        block.inline()
                .arrays()
                .keySet()
                .forEach(name -> fill(
                        block.inline(), row, record, name, facts.condition().get(name)));
        if (block.texts() != null) {
            block.texts().keys()[row] = key(row, record);
            if (block.texts().store().needsCaptions() && record.getFieldRepetitionCount(LatentSchema.CAPTION) > 0) {
                block.texts().texts()[row] = record.getString(LatentSchema.CAPTION, 0);
            }
        }
        var dtype = DType.of(record.getString(LatentSchema.DTYPE, 0));
        dtype.decode(
                record.getBinary(LatentSchema.LATENT, 0).getBytes(), block.values(), row * shape.size(), shape.size());
    }

    private void fill(Conditions conditions, int row, Group record, String name, DataFacts.ArrayFacts array) {
        var column = LatentSchema.condition(name);
        var values = conditions.arrays().get(name);
        int size = values.length / conditions.count();
        long needed = (long) size * array.dtype().bytes();
        boolean there = record.getType().containsField(column) && record.getFieldRepetitionCount(column) > 0;
        long bytes = there ? record.getBinary(column, 0).length() : 0;
        if (bytes != needed) {
            throw failure(needed + " bytes of " + name + " in row " + row, Long.toString(bytes));
        }
        array.dtype().decode(record.getBinary(column, 0).getBytes(), values, row * size, size);
    }

    private String key(int row, Group record) {
        boolean there = record.getType().containsField(LatentSchema.TEXT_KEY);
        var key = there ? record.getBinary(LatentSchema.TEXT_KEY, 0).getBytes() : new byte[0];
        if (key.length != KEY_BYTES) {
            throw failure(KEY_BYTES + " bytes of " + LatentSchema.TEXT_KEY + " in row " + row, key.length + "");
        }
        return HexFormat.of().formatHex(key);
    }

    private UserError failure(String expected, String got) {
        return new UserError("cannot read block " + path + ": expected " + expected + ", got " + got);
    }

    private UserError damaged(Exception e) {
        return new UserError("cannot read block " + path + ": expected a Parquet file of latents, got " + e, e);
    }

    /** The file as a Parquet input. A failure of the store is not reported as damage of the file. */
    private record Input(FileSystem fileSystem, Path path, long getLength) implements InputFile {
        static Input of(Configuration hadoop, Path path) {
            var fileSystem = Store.of(hadoop, path);
            try {
                return new Input(
                        fileSystem, path, fileSystem.getFileStatus(path).getLen());
            } catch (IOException e) {
                throw Store.failure("cannot read block " + path, e);
            }
        }

        @Override
        public SeekableInputStream newStream() {
            return HadoopStreams.wrap(Store.open(fileSystem, path));
        }
    }

    private static final class Rows extends ParquetReader.Builder<Group> {
        Rows(InputFile input) {
            super(input);
        }

        @Override
        protected ReadSupport<Group> getReadSupport() {
            return new GroupReadSupport();
        }
    }
}
