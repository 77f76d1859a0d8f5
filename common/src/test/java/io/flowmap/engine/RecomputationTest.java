package io.flowmap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.graph.Jvp;
import io.flowmap.graph.Shapes;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.Network;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.Scope;
import io.flowmap.nn.edm2.UNet;
import io.flowmap.nn.edm2.UNetConfig;
import io.flowmap.nn.flux.FluxConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Blocks that compute their activations again give the same gradients from less memory. */
class RecomputationTest {
    private static UNet unet(int channels, int side, int classes) {
        return new UNet(
                UNetConfig.of(channels, List.of(1, 2, 3, 4), 3, List.of(16, 8), 64),
                new long[] {3, side, side},
                ConditionShape.classes(classes),
                false);
    }

    /** Loss sum F^2 of a network, or with its tangent sum F^2 + (dF/dx)^2, and the gradients of its parameters. */
    private static final class Loss implements AutoCloseable {
        private final Shapes shapes = new Shapes(SameDiff.create());
        private final Scope scope = Scope.trained(shapes, DataType.FLOAT, "");
        private final List<SDVariable> gradients;
        private final Network network;

        Loss(Network network, int batch, boolean tangent) {
            this.network = network;
            var input = Network.Input.placeholders(network, shapes, DataType.FLOAT, batch, network.sample());
            var y = network.apply(scope, input);
            Map<SDVariable, SDVariable> cotangents = new LinkedHashMap<>();
            cotangents.put(y, y.mul(2));
            if (tangent) {
                var dot = Jvp.of(shapes, y, Map.of(input.x(), input.x().mul(0.5)));
                cotangents.put(dot, dot.mul(2));
            }
            var trained = network.parameters().list().stream()
                    .filter(Parameter::trained)
                    .map(p -> scope.variable(p.name()))
                    .toList();
            gradients = new ArrayList<>(Vjp.of(shapes, cotangents, trained).values());
        }

        ProgramPlan plan(boolean recomputing) {
            return ProgramPlan.of(
                    new Nd4jBackend(),
                    shapes,
                    gradients.stream().map(SDVariable::name).toList(),
                    recomputing);
        }

        /** The gradients for drawn parameters and inputs. */
        List<float[]> run(boolean recomputing) {
            Map<String, INDArray> inputs =
                    new LinkedHashMap<>(network.parameters().arrays(InitialParameters.draw(network.parameters(), 3)));
            inputs.replaceAll((name, array) -> array.length() == 1 ? Nd4j.scalar(0.7f) : array);
            for (var leaf : shapes.graph().variables()) {
                if (leaf.isPlaceHolder() && !inputs.containsKey(leaf.name())) {
                    long[] shape = shapes.of(leaf);
                    long length = java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
                    inputs.put(
                            leaf.name(),
                            Nd4j.linspace(-1, 1.5, length, DataType.FLOAT).reshape('c', shape));
                }
            }
            Map<String, INDArray> outputs = new LinkedHashMap<>();
            gradients.forEach(g -> outputs.put(g.name(), Nd4j.create(DataType.FLOAT, shapes.of(g))));
            try (var program = Nd4jBackend.compile(shapes, inputs, outputs, recomputing)) {
                program.run();
            }
            return outputs.values().stream().map(g -> g.data().asFloat()).toList();
        }

        @Override
        public void close() {
            shapes.close();
        }
    }

    @Test
    void theGradientsHaveTheSameBits() {
        for (boolean tangent : new boolean[] {false, true}) {
            try (var loss = new Loss(unet(16, 16, 3), 2, tangent)) {
                var plain = loss.run(false);
                assertThat(plain).allSatisfy(g -> assertThat(g).doesNotContain(Float.NaN));
                assertThat(plain.get(plain.size() - 1)).isNotEqualTo(new float[plain.get(plain.size() - 1).length]);
                var again = loss.run(true);
                for (int i = 0; i < plain.size(); i++) {
                    assertThat(again.get(i)).isEqualTo(plain.get(i));
                }
            }
        }
    }

    /** EDM2-S on images of 64x64 at batch 2: at least 40 % less memory for at most half as many multiply-adds again. */
    @Test
    void edm2NeedsLessThanHalfOfTheMemory() {
        for (boolean tangent : new boolean[] {false, true}) {
            try (var loss = new Loss(unet(192, 64, 1000), 2, tangent)) {
                var plain = loss.plan(false);
                var again = loss.plan(true);
                assertThat((double) again.bytes()).isLessThan(0.6 * plain.bytes());
                assertThat((double) again.multiplyAdds()).isLessThan(1.5 * plain.multiplyAdds());
            }
        }
    }

    /** Four double and eight single blocks of FLUX.1's form, on 8x8 tokens of the image and 16 of the text. */
    @Test
    void aTransformerOfTwelveBlocksNeedsLessThanHalfOfTheMemory() {
        var condition = new ConditionShape(Map.of("text", List.of(16, 64), "pooled", List.of(32)));
        var flux = new FluxConfig(96, 3, 4, 8, List.of(8, 12, 12), 10_000, 4, 2, true)
                .network(new long[] {16, 16, 16}, condition, false);
        for (boolean tangent : new boolean[] {false, true}) {
            try (var loss = new Loss(flux, 2, tangent)) {
                assertThat((double) loss.plan(true).bytes())
                        .isLessThan(0.6 * loss.plan(false).bytes());
            }
        }
    }
}
