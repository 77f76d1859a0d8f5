package io.flowmap.app.sweep;

import io.flowmap.eval.table.MetricProtocol;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Result of a case.
 *
 * @param ofCase the case
 * @param distance to the reference
 * @param pruned whether the case ended after the screening, with a distance from fewer samples than others
 * @param parameters parameters of the network
 * @param gigaMultiplyAdds billions of multiply-adds per sample, in convolutions and matrix products over all steps, each counted once
 * @param milliseconds per image, the median over the blocks
 * @param protocol protocol of the distance
 */
record SweepRow(
        SweepCase ofCase,
        double distance,
        boolean pruned,
        long parameters,
        double gigaMultiplyAdds,
        double milliseconds,
        MetricProtocol protocol) {
    private static final StructType SCHEMA = new StructType()
            .add("stage", DataTypes.StringType, false)
            .add("average", DataTypes.StringType, false)
            .add("guidance", DataTypes.DoubleType, false)
            .add("gamma", DataTypes.DoubleType, false)
            .add("steps", DataTypes.IntegerType, false)
            .add("nfe", DataTypes.IntegerType, false)
            .add("value", DataTypes.DoubleType, false)
            .add("pruned", DataTypes.BooleanType, false)
            .add("parameters", DataTypes.LongType, false)
            .add("giga_multiply_adds", DataTypes.DoubleType, false)
            .add("milliseconds", DataTypes.DoubleType, false);

    /** Columns of {@link #cells()}. */
    static StructType schema() {
        var schema = SCHEMA;
        for (var field : MetricProtocol.schema().fields()) {
            schema = schema.add(field);
        }
        return schema;
    }

    List<Object> cells() {
        var cells = new ArrayList<Object>(List.of(
                ofCase.stage(),
                ofCase.average(),
                ofCase.guidance(),
                ofCase.gamma(),
                ofCase.steps(),
                ofCase.steps(),
                distance,
                pruned,
                parameters,
                gigaMultiplyAdds,
                milliseconds));
        cells.addAll(protocol.values());
        return cells;
    }
}
