package io.flowmap.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.Json;
import io.flowmap.data.LatentShape;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.graph.Shapes;
import io.flowmap.model.NetworkSpec;
import io.flowmap.nn.Parameter.Kind;
import io.flowmap.nn.edm2.UNet;
import io.flowmap.nn.edm2.UNetConfig;
import io.flowmap.nn.flux.FluxConfig;
import io.flowmap.nn.flux.Transformer;
import io.flowmap.nn.mlp.PointNetwork;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class NetworkTest {
    private static final UNetConfig SIZE = UNetConfig.of(8, List.of(1, 2), 1, List.of(4), 8);
    private static final ConditionShape CLASSES = ConditionShape.classes(3);

    private static final FluxConfig FLUX = new FluxConfig(16, 2, 1, 1, List.of(2, 2, 4), 100, 2, 2, true);
    private static final ConditionShape TEXTS = new ConditionShape(Map.of("text", List.of(3, 5), "pooled", List.of(4)));

    private static final ConditionShape WORDS = new ConditionShape(Map.of("words", List.of(4, 6)));

    static Stream<Network> networks() {
        return Stream.of(false, true)
                .flatMap(flowMap -> Stream.of(
                        new UNet(SIZE, new long[] {2, 8, 8}, CLASSES, flowMap),
                        new UNet(SIZE, new long[] {2, 8, 12}, ConditionShape.NONE, flowMap),
                        new UNet(SIZE, new long[] {2, 8, 8}, WORDS, flowMap),
                        new Transformer(FLUX, new long[] {2, 4, 6}, WORDS, flowMap),
                        new PointNetwork(2, CLASSES, flowMap, List.of(7, 5)),
                        new PointNetwork(3, ConditionShape.NONE, flowMap, List.of(4)),
                        new Transformer(FLUX, new long[] {2, 4, 6}, TEXTS, flowMap),
                        new AdaptedNetwork(
                                new Transformer(FLUX, new long[] {2, 4, 6}, TEXTS, flowMap),
                                new Lora(2, 4, false, List.of("*"))),
                        new AdaptedNetwork(
                                new UNet(SIZE, new long[] {2, 8, 8}, CLASSES, flowMap),
                                new Lora(2, 4, true, List.of("*")))));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void theStoredOrderHoldsWhatADryRunDeclares(Network network) {
        var declared = network.declared().stream().map(Parameter::name).toList();
        assertThat(network.order()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(declared);
        assertThat(network.order()).contains(network.lastLayer());
        assertThat(network.parameters().list().stream().map(Parameter::name))
                .containsExactlyElementsOf(network.order());
    }

    @ParameterizedTest
    @MethodSource("networks")
    void parametersDoNotDependOnTheSample(Network network) {
        try (var shapes = new Shapes(SameDiff.create())) {
            var scope = Scope.trained(shapes, DataType.FLOAT, "");
            network.apply(scope, Network.Input.placeholders(network, shapes, DataType.FLOAT, 2, network.sample()));
            assertThat(scope.declared())
                    .extracting(Parameter::toString)
                    .containsExactlyElementsOf(
                            network.declared().stream().map(Parameter::toString).toList());
        }
    }

    @Test
    void aParameterHasOneKindAndShape() {
        try (var shapes = new Shapes(SameDiff.create())) {
            var scope = Scope.trained(shapes, DataType.FLOAT, "");
            var first = scope.parameter("w", Kind.DENSE, 2, 3);
            assertThat(scope.parameter("w", Kind.DENSE, 2, 3)).isSameAs(first);
            assertThatThrownBy(() -> scope.parameter("w", Kind.DENSE, 3, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("w DENSE[3, 2]")
                    .hasMessageContaining("w DENSE[2, 3]");
        }
    }

    @Test
    void aFrozenArrayThatDoesNotFitIsNamed() {
        try (var shapes = new Shapes(SameDiff.create());
                var array = Nd4j.zeros(2, 2)) {
            var scope = Scope.frozen(shapes, DataType.FLOAT, "", Map.of("w", array));
            assertThatThrownBy(() -> scope.parameter("w", Kind.DENSE, 2, 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected w DENSE[2, 3], got [2, 2]");
            assertThatThrownBy(() -> scope.parameter("v", Kind.DENSE, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no such array");
        }
    }

    @Test
    void manifestsOfEarlierVersionsAreRead() throws Exception {
        var earlier =
                """
                {"flow-map": true, "noise-label": "TIME", "sigma-data": 0.5,
                 "shape": {"channels": 2, "height": 8, "width": 8},
                 "unet": {"img-resolution": 8, "img-channels": 2, "label-dim": 3, "model-channels": 8,
                  "channel-mult": [1, 2], "channel-mult-noise": 0, "channel-mult-emb": 0, "num-blocks": 1,
                  "attn-resolutions": [4], "channels-per-head": 8, "label-balance": 0.5, "concat-balance": 0.5,
                  "res-balance": 0.3, "attn-balance": 0.3, "clip-act": 256.0}}
                """;
        var spec = new NetworkSpec(SIZE, true, NoiseLabel.TIME, 0.5, new LatentShape(2, 8, 8), CLASSES);
        var mapper = Json.mapper();
        assertThat(mapper.readValue(earlier, NetworkSpec.class)).isEqualTo(spec);
        assertThat(mapper.readValue(mapper.writeValueAsString(spec), NetworkSpec.class))
                .isEqualTo(spec);
        assertThatThrownBy(() -> mapper.readValue("{\"architecture\": \"resnet\"}", NetworkSpec.class))
                .hasMessageContaining("[edm2, flux]")
                .hasMessageContaining("resnet");
    }
}
