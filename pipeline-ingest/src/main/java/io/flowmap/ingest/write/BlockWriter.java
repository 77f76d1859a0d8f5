package io.flowmap.ingest.write;

import io.flowmap.data.BlockFile;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.LatentShape;
import io.flowmap.data.PendingParquet;
import io.flowmap.data.text.TextFacts;
import io.flowmap.nn.ConditionShape;
import io.flowmap.text.CaptionEncoder;
import io.flowmap.text.TextSource;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import scala.Tuple2;

/**
 * Encodes the records of one block and writes them as one Parquet file of {@link LatentSchema}. The file name contains only the number of
 * the block.
 *
 * @param staged shape of the records as staged
 * @param latent shape of the records as stored
 * @param split number of the split
 * @param captioned whether records have captions
 * @param text what gives the columns of each record's caption
 * @param texts how the texts of the records are stored apart; null if they are not
 */
public record BlockWriter(
        String directory,
        long split,
        LatentShape staged,
        LatentShape latent,
        Encoding encoding,
        boolean captioned,
        TextSource text,
        TextFacts texts,
        int blockRecords)
        implements Serializable {
    /** Writes the records in the given order. */
    BlockFile write(Configuration hadoop, int block, long attempt, Iterator<Tuple2<ShuffleKey, KeptRecord>> records)
            throws IOException {
        var name = String.format(Locale.ROOT, "block-%06d.parquet", block);
        long first = (long) block * blockRecords;
        var count = new int[1];
        try (var encoder = encoding.open(hadoop, staged, latent, split);
                var captions = text.isEmpty() ? null : CaptionEncoder.open(hadoop, text)) {
            PendingParquet.write(hadoop, new Path(directory, name), attempt, type(), writer -> {
                while (records.hasNext()) {
                    var batch = batch(records);
                    write(writer, batch, encoder, captions, first + count[0]);
                    count[0] += batch.size();
                }
            });
        }
        return new BlockFile(name, first, count[0]);
    }

    private List<KeptRecord> batch(Iterator<Tuple2<ShuffleKey, KeptRecord>> records) {
        var batch = new ArrayList<KeptRecord>();
        while (batch.size() < encoding.batch() && records.hasNext()) {
            batch.add(records.next()._2());
        }
        return batch;
    }

    private void write(
            ParquetWriter<Group> writer,
            List<KeptRecord> batch,
            Encoding.Open encoder,
            CaptionEncoder captions,
            long first)
            throws IOException {
        var latents = encoder.encode(batch.stream().map(KeptRecord::content).toList(), first);
        var words = captions == null
                ? null
                : captions.encode(batch.stream().map(KeptRecord::caption).toList());
        var factory = new SimpleGroupFactory(type());
        for (int i = 0; i < batch.size(); i++) {
            var group = factory.newGroup()
                    .append(LatentSchema.INDEX, first + i)
                    .append(LatentSchema.LABEL, batch.get(i).label())
                    .append(LatentSchema.LATENT, Binary.fromConstantByteArray(latents.get(i)))
                    .append(LatentSchema.DTYPE, encoding.dtype().text())
                    .append(LatentSchema.CHANNELS, latent.channels())
                    .append(LatentSchema.HEIGHT, latent.height())
                    .append(LatentSchema.WIDTH, latent.width());
            if (batch.get(i).caption() != null) {
                group.append(LatentSchema.CAPTION, batch.get(i).caption());
            }
            if (texts != null) {
                var key = HexFormat.of().parseHex(texts.key(batch.get(i).caption()));
                group.append(LatentSchema.TEXT_KEY, Binary.fromConstantByteArray(key));
            }
            if (words != null) {
                words.get(i).forEach((column, bytes) -> group.append(column, Binary.fromConstantByteArray(bytes)));
            }
            writer.write(group);
        }
    }

    private MessageType type() {
        var words = new StringBuilder();
        if (captioned) {
            words.append("optional binary ").append(LatentSchema.CAPTION).append(" (UTF8); ");
            words.append("optional binary ").append(LatentSchema.TOKENS).append("; ");
            words.append("optional binary ").append(LatentSchema.EMBEDDING).append("; ");
        }
        if (texts != null) {
            words.append("required binary ").append(LatentSchema.TEXT_KEY).append("; ");
        }
        if (text.vocabulary() != null) {
            words.append("required binary ")
                    .append(LatentSchema.condition(ConditionShape.WORDS))
                    .append("; ");
        }
        return MessageTypeParser.parseMessageType("message latents { required int64 " + LatentSchema.INDEX
                + "; required int32 " + LatentSchema.LABEL + "; required binary " + LatentSchema.LATENT
                + "; required binary " + LatentSchema.DTYPE + " (UTF8); required int32 " + LatentSchema.CHANNELS
                + "; required int32 " + LatentSchema.HEIGHT + "; required int32 " + LatentSchema.WIDTH + "; " + words
                + "}");
    }
}
