package io.flowmap.ingest.judge;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.shiftrightunsigned;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Finds kept records that repeat an earlier one in reading order, across shards and splits. Implemented in Spark SQL that RAPIDS supports.
 *
 * <p>Two hashes within distance k agree in at least one of k + 1 bands of their bits (pigeonhole principle). So only hashes that share a
 * band are compared, and no pair is missed. A band takes every (k + 1)-th bit, so that an even area of the image does not fill a whole
 * band.
 */
public final class Duplicates {
    private static final String FIRST = "first";
    private static final String OTHER = "other";
    private static final String BAND = "band";
    private static final String[] LOOK = {StagedRecord.ACROSS, StagedRecord.DOWN};
    private static final Column RECORD = struct(col(StagedRecord.POSITION), col("source"), col("key"));

    private Duplicates() {}

    /** Rows (position, duplicate) of the records that repeat an earlier one, with the reason. */
    static Dataset<Row> of(Dataset<Row> kept, FilterConfig settings) {
        var exact = exact(kept);
        if (settings.duplicates() == FilterConfig.Duplicates.EXACT) {
            return exact;
        }
        var rest = kept.join(exact.select(StagedRecord.POSITION), new String[] {StagedRecord.POSITION}, "left_anti");
        return exact.union(perceptual(rest, settings.perceptualDistance()));
    }

    private static Dataset<Row> exact(Dataset<Row> kept) {
        var first = kept.groupBy(StagedRecord.DIGEST)
                .agg(min(RECORD).as(FIRST), count(lit(1)).as("times"))
                .filter("times > 1");
        return kept.join(first, StagedRecord.DIGEST)
                .filter(col(StagedRecord.POSITION).gt(col("first.position")))
                .select(col(StagedRecord.POSITION), reason("duplicate of ", FIRST));
    }

    private static Dataset<Row> perceptual(Dataset<Row> kept, int distance) {
        var looks = kept.filter(col(StagedRecord.ACROSS).isNotNull())
                .groupBy(StagedRecord.ACROSS, StagedRecord.DOWN)
                .agg(min(RECORD).as(FIRST));
        var banded = looks.withColumn(BAND, explode(bands(distance + 1)));
        var earlier = banded.select(
                col(BAND),
                col(FIRST).as(OTHER),
                col(StagedRecord.ACROSS).as("a"),
                col(StagedRecord.DOWN).as("d"));
        var near = banded.join(earlier, BAND)
                .filter(col("other.position").lt(col("first.position")))
                .filter(different(StagedRecord.ACROSS, "a")
                        .plus(different(StagedRecord.DOWN, "d"))
                        .leq(distance))
                .groupBy(StagedRecord.ACROSS, StagedRecord.DOWN)
                .agg(min(OTHER).as(OTHER));
        var origin = looks.join(near, LOOK, "left")
                .select(
                        col(StagedRecord.ACROSS),
                        col(StagedRecord.DOWN),
                        when(col("other.position").lt(col("first.position")), col(OTHER))
                                .otherwise(col(FIRST))
                                .as(FIRST));
        return kept.join(origin, LOOK)
                .filter(col(StagedRecord.POSITION).gt(col("first.position")))
                .select(col(StagedRecord.POSITION), reason("looks like ", FIRST));
    }

    /**
     * Number of bits in which two words differ: sums over pairs, nibbles and bytes of bits in parallel, then over the bytes. RAPIDS has no
     * bit_count.
     */
    private static Column different(String word, String other) {
        var bits = col(word).bitwiseXOR(col(other));
        var twos = sums(bits, 1, 0x5555_5555_5555_5555L);
        var fours = sums(twos, 2, 0x3333_3333_3333_3333L);
        var bytes = sums(fours, 4, 0x0f0f_0f0f_0f0f_0f0fL);
        return shiftrightunsigned(bytes.multiply(lit(0x0101_0101_0101_0101L)), 56);
    }

    private static Column sums(Column fields, int width, long mask) {
        return fields.bitwiseAND(lit(mask))
                .plus(shiftrightunsigned(fields, width).bitwiseAND(lit(mask)));
    }

    /** Columns with the number and the bits of each band. */
    private static Column bands(int count) {
        return array(IntStream.range(0, count)
                .mapToObj(band -> {
                    long mask = 0;
                    long second = 0;
                    for (int bit = band; bit < Look.BITS; bit += count) {
                        if (bit < Long.SIZE) {
                            mask |= 1L << bit;
                        } else {
                            second |= 1L << (bit - Long.SIZE);
                        }
                    }
                    return struct(
                            lit(band).as("number"),
                            col(StagedRecord.ACROSS).bitwiseAND(lit(mask)).as("across"),
                            col(StagedRecord.DOWN).bitwiseAND(lit(second)).as("down"));
                })
                .toArray(Column[]::new));
    }

    private static Column reason(String what, String of) {
        return concat(lit(what), col(of + ".source"), lit(" "), col(of + ".key"))
                .as("duplicate");
    }
}
