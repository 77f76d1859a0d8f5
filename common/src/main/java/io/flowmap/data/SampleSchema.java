package io.flowmap.data;

import static io.flowmap.data.LatentSchema.CHANNELS;
import static io.flowmap.data.LatentSchema.HEIGHT;
import static io.flowmap.data.LatentSchema.INDEX;
import static io.flowmap.data.LatentSchema.LABEL;
import static io.flowmap.data.LatentSchema.WIDTH;
import static io.flowmap.data.LatentSchema.field;

import java.util.Arrays;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Columns of sample Parquet files, which are partitioned by {@link #MODEL}, {@link #GUIDANCE} and {@link #STEPS}. */
public final class SampleSchema {
    public static final String PROMPT = "prompt";
    public static final String IMAGE = "image";
    public static final String NANOS = "nanos";
    /** Named differently from {@code multiply_adds}, in which earlier versions wrote a wrong number. */
    public static final String MULTIPLY_ADDS = "multiply_add_count";

    public static final String MODEL = "model";
    public static final String GUIDANCE = "guidance";
    public static final String STEPS = "steps";

    private SampleSchema() {}

    /**
     * index long, label int, image binary (uint8 [C,H,W]), channels, height, width int, nanos and multiply_add_count long, prompt string.
     * Only the prompt is nullable.
     */
    public static StructType type() {
        return new StructType(new StructField[] {
            field(INDEX, DataTypes.LongType),
            field(LABEL, DataTypes.IntegerType),
            field(IMAGE, DataTypes.BinaryType),
            field(CHANNELS, DataTypes.IntegerType),
            field(HEIGHT, DataTypes.IntegerType),
            field(WIDTH, DataTypes.IntegerType),
            field(NANOS, DataTypes.LongType),
            field(MULTIPLY_ADDS, DataTypes.LongType),
            new StructField(PROMPT, DataTypes.StringType, true, Metadata.empty())
        });
    }

    /** Converts a sample to a row, columns in the order of {@link #type()}. */
    public static Row row(SampleRecord sample) {
        var shape = sample.shape();
        return RowFactory.create(
                sample.index(),
                sample.label(),
                sample.image(),
                shape.channels(),
                shape.height(),
                shape.width(),
                sample.nanos(),
                sample.multiplyAdds(),
                sample.prompt());
    }

    /**
     * Converts a row to a sample. Columns are found by name. Rows of earlier versions have no multiply_add_count and no prompt; a
     * column {@code multiply_adds} is ignored.
     */
    public static SampleRecord record(Row row) {
        Long multiplyAdds = row.getAs(MULTIPLY_ADDS);
        boolean prompted = Arrays.asList(row.schema().fieldNames()).contains(PROMPT);
        return new SampleRecord(
                row.<Long>getAs(INDEX),
                row.<Integer>getAs(LABEL),
                prompted ? row.getAs(PROMPT) : null,
                row.getAs(IMAGE),
                new LatentShape(row.<Integer>getAs(CHANNELS), row.<Integer>getAs(HEIGHT), row.<Integer>getAs(WIDTH)),
                row.<Long>getAs(NANOS),
                multiplyAdds == null ? 0 : multiplyAdds);
    }
}
