package io.flowmap.ingest.judge;

import io.flowmap.ingest.source.Verdict;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * An input record after reading: its data for the ledger, and its content if kept.
 *
 * @param position position in reading order
 * @param order random bits that determine the shuffled order
 * @param width width of the image in the source, 0 if unknown
 * @param caption caption, null if there is none
 * @param captionFrom field or file of the caption
 * @param bucket "WxH" of the aspect bucket, null without buckets
 * @param digest SHA-256 of the bytes, null unless kept and needed for finding duplicates
 * @param look perceptual hash, null unless kept and needed for finding duplicates
 * @param content uint8 [C,H,W] of an image, float32 [C,H,W] of a latent; null unless kept
 */
public record StagedRecord(
        long position,
        String split,
        String source,
        String key,
        long offset,
        Verdict status,
        String reason,
        int label,
        int width,
        int height,
        long order,
        String caption,
        String captionFrom,
        String bucket,
        String digest,
        Look look,
        byte[] content) {
    public static final String POSITION = "position";
    static final String SPLIT = "split";
    static final String STATUS = "status";
    static final String REASON = "reason";
    public static final String LABEL = "label";
    public static final String ORDER = "order";
    public static final String CAPTION = "caption";
    public static final String BUCKET = "bucket";
    static final String DIGEST = "digest";
    static final String ACROSS = "across";
    static final String DOWN = "down";
    public static final String IMAGE = "image";
    public static final String INDEX = "index";

    private static final MessageType TYPE = MessageTypeParser.parseMessageType("message staged {"
            + " required int64 position; required binary split (UTF8); required binary source (UTF8);"
            + " required binary key (UTF8); required int64 offset; required binary status (UTF8);"
            + " optional binary reason (UTF8); required int32 label; required int32 width; required int32 height;"
            + " required int64 order; optional binary caption (UTF8); optional binary caption_source (UTF8);"
            + " optional int32 caption_length; optional binary bucket (UTF8); optional binary digest (UTF8);"
            + " optional int64 across; optional int64 down; optional binary image; }");

    /** Parquet schema of the file. */
    public static MessageType type() {
        return TYPE;
    }

    /** Spark schema of the file. */
    public static StructType schema() {
        return new StructType()
                .add(POSITION, DataTypes.LongType, false)
                .add(SPLIT, DataTypes.StringType, false)
                .add("source", DataTypes.StringType, false)
                .add("key", DataTypes.StringType, false)
                .add("offset", DataTypes.LongType, false)
                .add(STATUS, DataTypes.StringType, false)
                .add(REASON, DataTypes.StringType)
                .add(LABEL, DataTypes.IntegerType, false)
                .add("width", DataTypes.IntegerType, false)
                .add("height", DataTypes.IntegerType, false)
                .add(ORDER, DataTypes.LongType, false)
                .add(CAPTION, DataTypes.StringType)
                .add("caption_source", DataTypes.StringType)
                .add("caption_length", DataTypes.IntegerType)
                .add(BUCKET, DataTypes.StringType)
                .add(DIGEST, DataTypes.StringType)
                .add(ACROSS, DataTypes.LongType)
                .add(DOWN, DataTypes.LongType)
                .add(IMAGE, DataTypes.BinaryType);
    }

    public Group group() {
        var group = new SimpleGroupFactory(TYPE)
                .newGroup()
                .append(POSITION, position)
                .append(SPLIT, split)
                .append("source", source)
                .append("key", key)
                .append("offset", offset)
                .append(STATUS, status.text())
                .append(LABEL, label)
                .append("width", width)
                .append("height", height)
                .append(ORDER, order);
        append(group, REASON, reason);
        append(group, CAPTION, caption);
        append(group, "caption_source", captionFrom);
        append(group, BUCKET, bucket);
        append(group, DIGEST, digest);
        if (caption != null) {
            group.append("caption_length", caption.codePointCount(0, caption.length()));
        }
        if (look != null) {
            group.append(ACROSS, look.across()).append(DOWN, look.down());
        }
        if (content != null) {
            group.append(IMAGE, Binary.fromConstantByteArray(content));
        }
        return group;
    }

    private static void append(Group group, String column, String text) {
        if (text != null) {
            group.append(column, text);
        }
    }
}
