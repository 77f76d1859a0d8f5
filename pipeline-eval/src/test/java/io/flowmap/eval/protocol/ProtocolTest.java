package io.flowmap.eval.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.eval.feature.Resize;
import io.flowmap.eval.metric.PrecisionRecall;
import org.junit.jupiter.api.Test;

class ProtocolTest {
    @Test
    void aNameFixesResizeAndConstants() {
        var protocol = Protocol.named("fid:stylegan3");
        assertThat(protocol.resize()).contains(Resize.TENSORFLOW1);
        assertThat(protocol.measure()).isEqualTo(new Measure.Frechet(0));
        assertThat(Protocol.named("fid:clean").resize()).contains(Resize.PIL_BICUBIC);
        assertThat(Protocol.named("recall:adm").measure()).isEqualTo(new Measure.Balls(PrecisionRecall.Part.RECALL, 3));
    }

    @Test
    void anUnknownNameListsTheKnownOnes() {
        assertThatThrownBy(() -> Protocol.named("fid"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected protocols among [fid:pytorch-fid, fid:clean")
                .hasMessageEndingWith("got fid");
    }
}
