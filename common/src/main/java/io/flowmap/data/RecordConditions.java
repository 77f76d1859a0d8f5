package io.flowmap.data;

import io.flowmap.nn.ConditionShape;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Conditions of the data's own records. For a network conditioned on the class only, sample i has class i mod L. For other networks sample
 * i has the condition of record {@code first + i mod count} of some splits.
 *
 * @param dataDir directory of the ingest output
 * @param splits splits whose records are used, one after the other
 */
public record RecordConditions(String dataDir, List<String> splits, long first, long count) implements ConditionSource {
    public RecordConditions {
        splits = List.copyOf(splits);
        if (splits.isEmpty() || first < 0 || count < 0) {
            throw new IllegalArgumentException("expected splits and a range of records, got " + splits + " from "
                    + first + ", " + count + " of them");
        }
    }

    @Override
    public Reader open(Configuration hadoop, ConditionShape shape) {
        int classes = shape.classes();
        if (shape.arrays().size() == (classes > 0 ? 1 : 0)) {
            return (from, n) -> Conditions.inTurn(classes, from, n);
        }
        var cursors = new ArrayList<RecordCursor>();
        splits.forEach(split -> cursors.add(new RecordCursor(LatentData.open(hadoop, new Path(dataDir), split))));
        return (from, n) -> {
            var conditions = Conditions.allocate(n, shape);
            for (int i = 0; i < n; i++) {
                copy(cursors, first + (from + i) % count, conditions, i);
            }
            return conditions;
        };
    }

    private static void copy(List<RecordCursor> cursors, long record, Conditions conditions, int to) {
        int split = 0;
        while (record >= cursors.get(split).count()) {
            record -= cursors.get(split).count();
            split++;
        }
        int row = cursors.get(split).seek(record);
        cursors.get(split).block().copyConditions(row, conditions, to);
    }
}
