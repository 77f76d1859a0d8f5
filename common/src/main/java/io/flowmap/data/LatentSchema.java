package io.flowmap.data;

import io.flowmap.tensor.DType;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Columns of latent Parquet files, and conversion between rows and records. */
public final class LatentSchema {
    public static final String INDEX = "index";
    public static final String LABEL = "label";
    public static final String LATENT = "latent";
    public static final String DTYPE = "dtype";
    public static final String CHANNELS = "channels";
    public static final String HEIGHT = "height";
    public static final String WIDTH = "width";

    /** Columns that text-to-image data has in addition to {@link #type()}: the caption, its tokens, its embedding. */
    public static final String CAPTION = "caption";

    public static final String TOKENS = "tokens";
    public static final String EMBEDDING = "embedding";

    /** Column of the key of the record's text in the store of texts: 32 bytes. */
    public static final String TEXT_KEY = "text_key";

    private static final String CONDITION = "condition_";

    private LatentSchema() {}

    /** Column of a named condition array, in the block or in the store of texts; its values are stored little endian. */
    public static String condition(String name) {
        return CONDITION + name;
    }

    /** Column of the tokens that a named condition was computed from: int32, little endian, padding included. */
    public static String tokens(String name) {
        return TOKENS + "_" + name;
    }

    /** index long, label int, latent binary, dtype string, channels, height, width int; none nullable. */
    public static StructType type() {
        return new StructType(new StructField[] {
            field(INDEX, DataTypes.LongType),
            field(LABEL, DataTypes.IntegerType),
            field(LATENT, DataTypes.BinaryType),
            field(DTYPE, DataTypes.StringType),
            field(CHANNELS, DataTypes.IntegerType),
            field(HEIGHT, DataTypes.IntegerType),
            field(WIDTH, DataTypes.IntegerType)
        });
    }

    /**
     * {@link #type()} with the columns caption (string), tokens (binary: int32, little endian) and embedding (binary, of the element type
     * under {@code captions} in the manifest). Null if a record has no caption, or if no tokenizer or text encoder was configured.
     */
    public static StructType captionedType() {
        return type().add(CAPTION, DataTypes.StringType)
                .add(TOKENS, DataTypes.BinaryType)
                .add(EMBEDDING, DataTypes.BinaryType);
    }

    /** Converts a record to a row, columns in the order of {@link #type()}. */
    public static Row row(LatentRecord record) {
        var shape = record.shape();
        return RowFactory.create(
                record.index(),
                record.label(),
                record.latent(),
                record.dtype().text(),
                shape.channels(),
                shape.height(),
                shape.width());
    }

    /** Converts a row to a record. Columns are found by name. */
    public static LatentRecord record(Row row) {
        return new LatentRecord(
                row.<Long>getAs(INDEX),
                row.<Integer>getAs(LABEL),
                row.getAs(LATENT),
                DType.of(row.getAs(DTYPE)),
                new LatentShape(row.<Integer>getAs(CHANNELS), row.<Integer>getAs(HEIGHT), row.<Integer>getAs(WIDTH)));
    }

    static StructField field(String name, DataType type) {
        return new StructField(name, type, false, Metadata.empty());
    }
}
