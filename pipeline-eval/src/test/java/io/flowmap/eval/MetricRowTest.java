package io.flowmap.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.data.LatentShape;
import io.flowmap.eval.MetricProtocol.Reference;
import io.flowmap.eval.feature.LeNetWeights;
import io.flowmap.eval.protocol.Protocol;
import io.flowmap.job.UserError;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

class MetricRowTest {
    private final LeNetWeights network = LeNetWeights.initial(new LatentShape(1, 16, 16), 4, 1);
    private final SampleSet set = new SampleSet("student", 1.5, 4, new Path("samples"));

    @Test
    void rowsOfOneProtocolAndReferenceCompare() {
        assertThat(row("fid:clean", 3, "a").over(row("fid:clean", 2, "a"), false))
                .isEqualTo(1.5);
    }

    @Test
    void otherProtocolsAreRefusedInWordsUnlessForced() {
        var clean = row("fid:clean", 3, "a");
        var population = row("fid:stylegan3", 2, "a");
        assertThatThrownBy(() -> clean.over(population, false))
                .isInstanceOf(UserError.class)
                .hasMessage("cannot compare fid:clean of student with that of student: expected one protocol and"
                        + " reference, got metric fid:clean and fid:stylegan3");
        assertThat(clean.over(population, true)).isEqualTo(1.5);
    }

    @Test
    void otherReferencesAreRefusedInWords() {
        assertThatThrownBy(() -> row("fid:tf1", 3, "a").over(row("fid:tf1", 2, "b"), false))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith("got reference hash a and b");
    }

    private MetricRow row(String name, double value, String hash) {
        var protocol = Protocol.named(name);
        return MetricRow.of(
                "student", set, value, MetricProtocol.of(network, protocol, 100, new Reference("test", 50, hash)));
    }
}
