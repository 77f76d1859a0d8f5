package io.flowmap.eval.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.eval.feature.Resize;
import io.flowmap.eval.neighbour.PrecisionRecall;
import org.junit.jupiter.api.Test;

class ProtocolTest {
    @Test
    void aNameFixesResizeAndConstants() {
        var protocol = Protocol.named("fid:stylegan3");
        assertThat(protocol.source()).contains(new FeatureSource.Inception(Resize.TENSORFLOW1, 2048));
        assertThat(protocol.measure()).isEqualTo(new Measure.Frechet(0));
        assertThat(Protocol.named("fid:clean").source())
                .contains(new FeatureSource.Inception(Resize.PIL_BICUBIC, 2048));
        assertThat(Protocol.named("recall:adm").measure()).isEqualTo(new Measure.Balls(PrecisionRecall.Part.RECALL, 3));
    }

    @Test
    void earlierBlocksOfInceptionHaveSeparateProtocols() {
        assertThat(Protocol.named("fid:pytorch-fid-192").source())
                .contains(new FeatureSource.Inception(Resize.PYTORCH, 192));
    }

    @Test
    void anOnnxFileIsAProtocol() {
        var recall = Protocol.named("recall:hdfs://host/a.b.onnx");
        assertThat(recall.source()).contains(new FeatureSource.Onnx("hdfs://host/a.b.onnx"));
        assertThat(recall.measure()).isEqualTo(new Measure.Balls(PrecisionRecall.Part.RECALL, 3));
    }

    @Test
    void aFileOfDeeplearning4jOrKerasIsAProtocolWithOrWithoutALayer() {
        assertThat(Protocol.named("fd:a/net.zip").source()).contains(new FeatureSource.Dl4j("a/net.zip", ""));
        assertThat(Protocol.named("kid:net.h5#block1/conv").source())
                .contains(new FeatureSource.Dl4j("net.h5", "block1/conv"));
        assertThatThrownBy(() -> Protocol.named("fd:net.tar")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anUnknownNameListsTheKnownOnes() {
        assertThatThrownBy(() -> Protocol.named("fid"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected protocols among [fid:pytorch-fid, fid:pytorch-fid-64")
                .hasMessageEndingWith("an .onnx, .zip or .h5 file, got fid");
    }
}
