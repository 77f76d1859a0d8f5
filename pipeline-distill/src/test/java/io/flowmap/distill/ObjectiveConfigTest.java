package io.flowmap.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.config.Settings;
import io.flowmap.config.UserError;
import io.flowmap.data.Conditions;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.objective.Objective;
import io.flowmap.distill.teacher.GaussianTeacher;
import io.flowmap.distill.train.Configs;
import io.flowmap.distill.train.step.Batch;
import io.flowmap.flow.GaussianFlow;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.FieldSpec;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.mlp.PointNetwork;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every objective type of reference.conf, from its name to the gradient of a training step on points in a plane. */
class ObjectiveConfigTest {
    private static final TimePairs PAIRS = new TimePairs(-0.6, 1.6);
    private static final TimePairs TIMES = new TimePairs(-1, 1.4);

    /** A small network on points. */
    private record PointSpec(boolean flowMap) implements FieldSpec {
        @Override
        public NetworkField field() {
            return new NetworkField(
                    new PointNetwork(2, ConditionShape.NONE, flowMap, List.of(8, 8)), NoiseLabel.TIME, 0.5);
        }

        @Override
        public long[] sample() {
            return new long[] {2};
        }
    }

    private static Objective objective(String... settings) {
        return Settings.load(Optional.empty(), List.of(settings))
                .section("distill.objective", ObjectiveConfig.class)
                .objective(PAIRS, TIMES);
    }

    @Test
    void everyObjectiveHasAType() {
        Set<Class<?>> made = Arrays.stream(ObjectiveConfig.Type.values())
                .map(type -> objective("distill.objective.type=" + name(type)).getClass())
                .collect(Collectors.toSet());
        assertThat(made).containsExactlyInAnyOrder(Objective.class.getPermittedSubclasses());
    }

    /** The kebab-case name in a configuration. */
    private static String name(ObjectiveConfig.Type type) {
        return type.name().toLowerCase().replace('_', '-');
    }

    @ParameterizedTest
    @EnumSource
    void typeTrainsPoints(ObjectiveConfig.Type type) {
        Objective objective = objective("distill.objective.type=" + name(type));
        var spec = new PointSpec(objective.trainsFlowMap());
        var factory = new StudentFactory(
                spec,
                objective,
                objective.distils() ? hadoop -> new GaussianTeacher(new GaussianFlow(0.7)) : null,
                new GuidanceWeights(1, 2),
                0,
                3);
        float[] initial = InitialParameters.draw(spec.parameters(), 1);
        INDArray parameters = Nd4j.createFromArray(initial);
        INDArray gradient = Nd4j.create(initial.length);
        var batch = new Batch(
                new float[] {0.1f, 0.2f, -0.5f, 0.3f, 0.9f, -0.7f, 0.4f, 0},
                new LatentShape(2, 1, 1),
                Conditions.classes(-1, -1, -1, -1),
                12,
                new Batch.Origin(0, new long[4]));
        try (var local = factory.create(new Configuration(false), Configs.with())) {
            var report = local.gradient(parameters, gradient, batch, 200);
            float[] first = gradient.data().asFloat();
            assertThat(report.loss()).isPositive().isFinite();
            assertThat(gradient.norm2Number().doubleValue()).isPositive().isFinite();
            for (float interval : report.interval()) {
                assertThat(interval).isBetween(0f, objective.trainsFlowMap() ? 1f : 0f);
            }
            local.gradient(parameters, gradient, batch, 200);
            assertThat(gradient.data().asFloat()).isEqualTo(first);
        }
    }

    @Test
    void warmupRisesToItsLimitForTheTypesWithATangent() {
        Objective emd = objective("distill.objective.type=ayf-emd");
        assertThat(emd.tangentWeight(200)).isCloseTo(0.5, within(1e-12));
        assertThat(emd.tangentWeight(4000)).isEqualTo(0.99);
        assertThat(objective("distill.objective.type=scd").tangentWeight(4000)).isEqualTo(1);
        assertThat(objective("distill.objective.type=meanflow").tangentWeight(0))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "distill.objective.type=ayf",
                "distill.objective.normalisation=-1",
                "distill.objective.warmup-max=1.5",
                "distill.objective.warmup-steps=-1",
                "distill.objective.discrete-steps=0",
                "distill.objective.intervals=0",
                "distill.objective.flow-matching-share=2"
            })
    void badValueIsTheUsersMistake(String setting) {
        assertThatThrownBy(() -> objective(setting))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("distill.objective");
    }
}
