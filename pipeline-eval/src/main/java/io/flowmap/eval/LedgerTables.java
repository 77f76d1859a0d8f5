package io.flowmap.eval;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Statistics of an ingest's ledger as tables: rows of cells, the first row is the head. */
final class LedgerTables {
    /** Largest number of rows in the table of verdicts, since there may be many reasons. */
    private static final int MOST = 40;

    private static final String QUARTILES = "array(0, 0.25, 0.5, 0.75, 1)";

    private final Dataset<Row> ledger;

    LedgerTables(Dataset<Row> ledger) {
        this.ledger = ledger;
    }

    /** Records of each split by verdict and reason, most frequent first. Sources and keys in reasons are removed. */
    List<List<String>> verdicts() {
        var what = expr("regexp_replace(coalesce(reason, ''), '^(duplicate of|looks like) .*$', '$1 another record')");
        return table(
                List.of("split", "verdict", "reason", "records"),
                ledger.groupBy(col("split"), col("status"), what.as("what"))
                        .agg(count(lit(1)).as("records")),
                MOST);
    }

    /** Kept records per class. */
    List<List<String>> classes(List<String> names) {
        var rows = table(
                List.of("split", "class", "records"),
                kept().filter("label >= 0")
                        .groupBy("split", "label")
                        .agg(count(lit(1)).as("records")),
                Integer.MAX_VALUE);
        for (var row : rows.subList(1, rows.size())) {
            int label = Integer.parseInt(row.get(1));
            row.set(1, label < names.size() ? names.get(label) : row.get(1));
        }
        return rows;
    }

    /** Quartiles of the images' width and height before resizing. */
    List<List<String>> sizes() {
        return quartiles("width > 0", List.of("width", "height"));
    }

    /** Quartiles of the captions' lengths; empty without captions. */
    List<List<String>> captions() {
        return quartiles("caption_length is not null", List.of("caption_length"));
    }

    private List<List<String>> quartiles(String condition, List<String> columns) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("of", "split", "records", "least", "lower quartile", "median", "upper quartile", "most"));
        for (var column : columns) {
            var told = kept().filter(condition)
                    .groupBy("split")
                    .agg(
                            count(lit(1)).as("records"),
                            expr("percentile(" + column + ", " + QUARTILES + ")")
                                    .as("at"))
                    .orderBy("split")
                    .collectAsList();
            for (var row : told) {
                var cells = new ArrayList<>(List.of(column.replace('_', ' '), row.getString(0), "" + row.getLong(1)));
                row.<Double>getList(2).forEach(value -> cells.add(Long.toString(Math.round(value))));
                rows.add(cells);
            }
        }
        return rows;
    }

    private Dataset<Row> kept() {
        return ledger.filter("status = 'kept'");
    }

    private static List<List<String>> table(List<String> head, Dataset<Row> counted, int most) {
        var rows = new ArrayList<List<String>>();
        rows.add(head);
        var order = new ArrayList<>(List.of(col("records").desc()));
        for (var column : counted.columns()) {
            order.add(col(column));
        }
        for (var row : counted.orderBy(order.toArray(new Column[0])).limit(most).collectAsList()) {
            var cells = new ArrayList<String>();
            for (int i = 0; i < row.length(); i++) {
                cells.add(String.valueOf(row.get(i)));
            }
            rows.add(cells);
        }
        return rows;
    }
}
