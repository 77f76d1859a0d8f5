package io.flowmap.ingest;

import io.flowmap.data.BlockFile;
import io.flowmap.data.Encoder;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.LatentShape;
import io.flowmap.tensor.DType;
import java.io.IOException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import scala.Tuple2;

/**
 * Encodes the pixels of one block and writes them as one uncompressed Parquet file of {@link LatentSchema}, under a
 * name that tells only the block's number. Written aside and renamed, so that a task that is tried again leaves nothing
 * half done.
 */
record BlockWriter(String directory, LatentShape shape, Encoder encoder, DType dtype, int blockRecords)
        implements Serializable {
    /** Writes the records in the order given. */
    BlockFile write(
            Configuration hadoop,
            int block,
            long attempt,
            Iterator<Tuple2<ShuffleKey, BlockWriter.LabelledPixels>> records)
            throws IOException {
        var name = String.format(Locale.ROOT, "block-%06d.parquet", block);
        var target = new Path(directory, name);
        var aside = new Path(directory, "." + name + "." + attempt);
        long first = (long) block * blockRecords;
        int count = write(hadoop, aside, first, records);
        publish(hadoop, aside, target);
        return new BlockFile(name, first, count);
    }

    private int write(
            Configuration hadoop,
            Path file,
            long first,
            Iterator<Tuple2<ShuffleKey, BlockWriter.LabelledPixels>> records)
            throws IOException {
        var type = type();
        var factory = new SimpleGroupFactory(type);
        int count = 0;
        try (var writer = ExampleParquetWriter.builder(file)
                .withConf(hadoop)
                .withType(type)
                .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                .withDictionaryEncoding(false)
                .withDictionaryEncoding(LatentSchema.DTYPE, true)
                .withPageSize(ParquetWriter.DEFAULT_PAGE_SIZE)
                .build()) {
            float[] latent = new float[shape.size()];
            while (records.hasNext()) {
                var record = records.next()._2();
                encoder.encode(record.pixels(), latent, shape);
                writer.write(factory.newGroup()
                        .append(LatentSchema.INDEX, first + count)
                        .append(LatentSchema.LABEL, record.label())
                        .append(LatentSchema.LATENT, Binary.fromConstantByteArray(dtype.encode(latent)))
                        .append(LatentSchema.DTYPE, dtype.text())
                        .append(LatentSchema.CHANNELS, shape.channels())
                        .append(LatentSchema.HEIGHT, shape.height())
                        .append(LatentSchema.WIDTH, shape.width()));
                count++;
            }
        }
        return count;
    }

    private static void publish(Configuration hadoop, Path aside, Path target) throws IOException {
        var fileSystem = target.getFileSystem(hadoop);
        if (fileSystem.exists(target)) {
            // another attempt of the same task was faster, with the same bits
            fileSystem.delete(aside, false);
        } else if (!fileSystem.rename(aside, target)) {
            throw new IOException("cannot rename " + aside + " to " + target);
        }
    }

    private static MessageType type() {
        return MessageTypeParser.parseMessageType(
                "message latents { required int64 " + LatentSchema.INDEX + "; required int32 "
                        + LatentSchema.LABEL + "; required binary " + LatentSchema.LATENT + "; required binary "
                        + LatentSchema.DTYPE
                        + " (UTF8); required int32 " + LatentSchema.CHANNELS + "; required int32 " + LatentSchema.HEIGHT
                        + "; required int32 "
                        + LatentSchema.WIDTH + "; }");
    }

    /** A kept image. */
    record LabelledPixels(int label, byte[] pixels) implements Serializable {}
}
