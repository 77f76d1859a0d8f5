package io.flowmap.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.eval.protocol.Protocol;
import io.flowmap.job.UserError;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

class MetricRowTest {
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
        return MetricRow.of("student", set, name, value, 100)
                .with(Protocol.named(name))
                .against("test", 50L, hash);
    }
}
