package io.flowmap.eval.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.eval.LocalSpark;
import io.flowmap.eval.feature.LeNetWeights;
import io.flowmap.eval.protocol.Protocol;
import io.flowmap.eval.set.SampleOrigin;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.eval.table.MetricProtocol.Reference;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

class MetricRowTest {
    private final LeNetWeights network = LeNetWeights.initial(new LatentShape(1, 16, 16), 4, 1);
    private final SampleSet set = new SampleSet(
            "student", new SampleOrigin(1.5, 4, 0.5, 7L, null), MissingNode.getInstance(), new Path("samples"));

    @Test
    void rowsOfOneProtocolAndReferenceCompare() {
        var comparison = new Comparison(false);
        comparison.add("fid", "a", row("fid:clean", 3, "a"));
        comparison.add("fid", "b", row("fid:clean", 2, "a"));
        comparison.add("other", "b", row("fid:tf1", 2, "a"));
        assertThat(comparison.notes()).isEmpty();
    }

    @Test
    void aTableOfAnEarlierVersionIsReported() {
        try (var spark = LocalSpark.start(1)) {
            var row = row("fid:clean", 3, "a");
            var table = spark.createDataFrame(List.of(row.row()), MetricRow.schema());
            assertThat(MetricRow.read(table)).containsExactly(row);
            assertThatThrownBy(() -> MetricRow.read(table.drop("dimension")))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("expected a column dimension, got [model, ");
        }
    }

    @Test
    void doublyCountedMultiplyAddsOfEarlierVersionsAreNotRead() {
        try (var spark = LocalSpark.start(1)) {
            var row = row("fid:clean", 3, "a");
            var named = List.of(MetricRow.schema().fieldNames()).indexOf("metric");
            var earlier = row.cells();
            earlier.set(named, "GFLOPs-per-image");
            var rows = List.of(RowFactory.create(earlier.toArray()), row.row());
            assertThat(MetricRow.read(spark.createDataFrame(rows, MetricRow.schema())))
                    .containsExactly(row);
        }
    }

    @Test
    void differingProtocolsAreRefusedWithAMessage() {
        var comparison = new Comparison(false);
        comparison.add("fid", "the map", row("fid:stylegan3", 3, "a"));
        assertThatThrownBy(() -> comparison.add("fid", "the teacher", row("fid:clean", 2, "a")))
                .isInstanceOf(UserError.class)
                .hasMessage("cannot compare fid:clean of the map with that of the teacher: expected one protocol and"
                        + " reference, got metric fid:stylegan3 and fid:clean (to show them side by side anyway,"
                        + " set compare.force=true)");
    }

    @Test
    void differingReferencesAreRefusedWithAMessage() {
        var comparison = new Comparison(false);
        comparison.add("fid", "one", row("fid:tf1", 3, "a"));
        assertThatThrownBy(() -> comparison.add("fid", "two", row("fid:tf1", 2, "b")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("got reference hash a and b (");
    }

    @Test
    void forcedComparisonsAreNoted() {
        var comparison = new Comparison(true);
        comparison.add("fid", "one", row("fid:tf1", 3, "a"));
        comparison.add("fid", "two", row("fid:tf1", 2, "b"));
        assertThat(comparison.notes())
                .containsExactly(
                        "Forced to compare fid:tf1 of one with that of two, which differ in reference hash a and b.");
    }

    private MetricRow row(String name, double value, String hash) {
        var protocol = Protocol.named(name);
        return MetricRow.of(
                "student",
                set,
                value,
                null,
                MetricProtocol.of(network, protocol, 100, new Reference("test", 50, hash)));
    }
}
