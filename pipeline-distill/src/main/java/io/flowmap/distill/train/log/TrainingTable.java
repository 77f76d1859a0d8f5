package io.flowmap.distill.train.log;

import io.flowmap.distill.train.log.RoundMetrics.Residuals;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/**
 * Columns of the table of rounds. There is one set of residual columns for all samples ({@code g_median, g_mean, residual}) and one for
 * each bin of interval length ({@code g_median_1} for t - s in [0, 1/4) to {@code g_median_4} for [3/4, 1]); values are null for a bin
 * without samples. A training on buckets has two more: {@code buckets}, the split of every batch, and {@code records}, the index of every
 * sample in its split, both in the order of sample numbers.
 */
final class TrainingTable {
    private record Column(String name, PrimitiveTypeName type, Function<RoundMetrics, Number> value) {}

    private static final List<Column> COLUMNS = columns();
    private static final String BUCKETS = "buckets";
    private static final String RECORDS = "records";
    /** Names of Parquet's lists. */
    private static final String LIST = "list";

    private static final String ELEMENT = "element";

    private final List<Column> columns;
    private final List<String> buckets;
    private final MessageType schema;

    /**
     * @param measures names of the objective's own columns
     * @param buckets names of the splits that the samples come from
     */
    TrainingTable(List<String> measures, List<String> buckets) {
        this.columns = columns(measures);
        this.buckets = buckets;
        var message = Types.buildMessage();
        columns.forEach(column -> message.optional(column.type()).named(column.name()));
        if (hasBuckets()) {
            message.requiredList()
                    .requiredElement(PrimitiveTypeName.BINARY)
                    .as(LogicalTypeAnnotation.stringType())
                    .named(BUCKETS);
            message.requiredList().requiredElement(PrimitiveTypeName.INT64).named(RECORDS);
        }
        this.schema = message.named("round");
    }

    private boolean hasBuckets() {
        return buckets.size() > 1;
    }

    MessageType schema() {
        return schema;
    }

    Group group(RoundMetrics row) {
        var group = new SimpleGroup(schema);
        for (var column : columns) {
            var value = column.value().apply(row);
            if (column.type() == PrimitiveTypeName.INT64) {
                group.add(column.name(), value.longValue());
            } else if (!Double.isNaN(value.doubleValue())) {
                group.add(column.name(), value.doubleValue());
            }
        }
        if (hasBuckets()) {
            var names = group.addGroup(BUCKETS);
            IntStream.of(row.draws().buckets())
                    .forEach(bucket -> names.addGroup(LIST).append(ELEMENT, buckets.get(bucket)));
            var records = group.addGroup(RECORDS);
            LongStream.of(row.draws().records())
                    .forEach(record -> records.addGroup(LIST).append(ELEMENT, record));
        }
        return group;
    }

    private static List<Column> columns(List<String> measures) {
        var columns = new ArrayList<>(COLUMNS);
        for (int i = 0; i < measures.size(); i++) {
            int number = i;
            columns.add(real(measures.get(i), row -> row.measures()[number]));
        }
        return columns;
    }

    private static List<Column> columns() {
        var columns = new ArrayList<Column>();
        columns.add(count("round", RoundMetrics::round));
        columns.add(count("step", RoundMetrics::step));
        columns.add(count("samples", RoundMetrics::samples));
        columns.add(count("rollbacks", RoundMetrics::rollbacks));
        columns.add(real("loss", RoundMetrics::loss));
        residuals(columns, "", RoundMetrics::all);
        for (int bin = 0; bin < RoundMetrics.INTERVALS; bin++) {
            int number = bin;
            residuals(columns, "_" + (bin + 1), row -> row.byInterval().get(number));
        }
        columns.add(real("gradient_norm", RoundMetrics::gradientNorm));
        columns.add(real("tangent_warmup", RoundMetrics::tangentWarmup));
        columns.add(real("learning_rate", RoundMetrics::learningRate));
        columns.add(real("compute_millis", RoundMetrics::computeMillis));
        columns.add(real("round_millis", RoundMetrics::roundMillis));
        columns.add(real("overhead", RoundMetrics::overhead));
        columns.add(count("sent_bytes", RoundMetrics::sentBytes));
        columns.add(count("received_bytes", RoundMetrics::receivedBytes));
        columns.add(real("average_norm", RoundMetrics::averageNorm));
        columns.add(real("divergence", RoundMetrics::divergence));
        return List.copyOf(columns);
    }

    private static void residuals(List<Column> columns, String suffix, Function<RoundMetrics, Residuals> of) {
        columns.add(real("g_median" + suffix, row -> of.apply(row).median()));
        columns.add(real("g_mean" + suffix, row -> of.apply(row).mean()));
        columns.add(real("residual" + suffix, row -> of.apply(row).square()));
    }

    private static Column count(String name, Function<RoundMetrics, Number> value) {
        return new Column(name, PrimitiveTypeName.INT64, value);
    }

    private static Column real(String name, Function<RoundMetrics, Number> value) {
        return new Column(name, PrimitiveTypeName.DOUBLE, value);
    }
}
