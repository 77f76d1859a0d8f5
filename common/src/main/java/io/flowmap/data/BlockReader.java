package io.flowmap.data;

import io.flowmap.job.StageInput;
import io.flowmap.job.UserError;
import io.flowmap.tensor.DType;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/** Reads one Parquet file of latents with parquet-hadoop alone. */
final class BlockReader {
    private final Configuration hadoop;
    private final Path path;

    BlockReader(Configuration hadoop, Path path) {
        this.hadoop = hadoop;
        this.path = path;
    }

    LatentBlock read(BlockFile file, LatentShape shape) {
        var block = new LatentBlock(
                new long[file.count()],
                new int[file.count()],
                new float[Math.multiplyExact(file.count(), shape.size())],
                shape);
        try (var reader = ParquetReader.builder(new GroupReadSupport(), path)
                .withConf(hadoop)
                .build()) {
            int row = 0;
            for (var record = reader.read(); record != null; record = reader.read()) {
                if (row == file.count()) {
                    throw failure(file.count() + " records", "more");
                }
                fill(block, row, record, file.firstIndex() + row);
                row++;
            }
            if (row != file.count()) {
                throw failure(file.count() + " records", Integer.toString(row));
            }
            return block;
        } catch (IOException | RuntimeException e) {
            throw e instanceof UserError known ? known : failure("a Parquet file of latents", e.toString());
        }
    }

    private void fill(LatentBlock block, int row, Group record, long expectedIndex) {
        long index = record.getLong(LatentSchema.INDEX, 0);
        if (index != expectedIndex) {
            throw failure("index " + expectedIndex + " in row " + row, Long.toString(index));
        }
        var shape = block.shape();
        block.index()[row] = index;
        block.label()[row] = record.getInteger(LatentSchema.LABEL, 0);
        var dtype = DType.of(record.getString(LatentSchema.DTYPE, 0));
        dtype.decode(
                record.getBinary(LatentSchema.LATENT, 0).getBytes(), block.values(), row * shape.size(), shape.size());
    }

    private UserError failure(String expected, String got) {
        return new UserError(
                "cannot read block " + StageInput.withoutCredentials(path) + ": expected " + expected + ", got " + got);
    }
}
