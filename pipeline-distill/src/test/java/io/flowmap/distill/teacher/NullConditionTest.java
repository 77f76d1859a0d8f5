package io.flowmap.distill.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.data.Conditions;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.FrozenField;
import io.flowmap.model.TeacherGraph;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.flux.FluxConfig;
import io.flowmap.tensor.CounterRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A small FLUX transformer where the text is dropped. */
class NullConditionTest {
    private static final long[] SAMPLE = {2, 4, 6};
    private static final ConditionShape TEXTS = new ConditionShape(Map.of("text", List.of(3, 5), "pooled", List.of(4)));
    private static final Map<String, float[]> EMPTY_CAPTION = Map.of("text", drawn(15, 1), "pooled", drawn(4, 2));

    @Test
    void theUnconditionalVelocityOfClassifierFreeGuidanceIsThatOfTheEmptyCaption() {
        var captions =
                new Conditions(new int[] {-1, -1}, Map.of("text", drawn(30, 3), "pooled", drawn(8, 4)), EMPTY_CAPTION);
        var empty = new Conditions(
                new int[] {-1, -1},
                Map.of("text", twice(EMPTY_CAPTION.get("text")), "pooled", twice(EMPTY_CAPTION.get("pooled"))));
        float[] unconditional = velocity(new ClassifierFreeGuidance(flux()), captions, 0);
        assertThat(unconditional).isEqualTo(velocity(flux(), empty, 0));
        float[] zeros = velocity(flux(), Conditions.allocate(2, TEXTS), 0);
        assertThat(unconditional).as("with zeros for the text").isNotEqualTo(zeros);
        float[] strong = velocity(flux(), captions, 0);
        float[] guided = velocity(new ClassifierFreeGuidance(flux()), captions, 3);
        for (int i = 0; i < guided.length; i++) {
            assertThat(guided[i] - unconditional[i])
                    .isCloseTo(3 * (strong[i] - unconditional[i]), org.assertj.core.api.Assertions.within(1e-4f));
        }
    }

    @Test
    void aDroppedConditionOfATrainingIsTheEmptyCaption() {
        var captions =
                new Conditions(new int[] {-1, -1}, Map.of("text", drawn(30, 3), "pooled", drawn(8, 4)), EMPTY_CAPTION);
        float[] pooled = captions.array("pooled", TEXTS, i -> i == 1);
        assertThat(pooled).startsWith(captions.arrays().get("pooled")[0]).endsWith(EMPTY_CAPTION.get("pooled"));
    }

    private static TeacherGraph flux() {
        var network = new FluxConfig(24, 2, 1, 1, List.of(4, 4, 4), 10_000, 4, 2, false).network(SAMPLE, TEXTS, false);
        var parameters = network.parameters();
        float[] flat = drawn(Math.toIntExact(parameters.length()), 5);
        return new FrozenField("flux", new NetworkField(network, NoiseLabel.TIME, 1), parameters.arrays(flat));
    }

    private static float[] velocity(TeacherGraph teacher, Conditions conditions, double guidance) {
        try (teacher;
                var program = new FieldProgram(teacher, TEXTS, 2, SAMPLE)) {
            program.condition(conditions, guidance);
            INDArray x = Nd4j.create(drawn(96, 6), new long[] {2, 2, 4, 6}, 'c');
            return program.at(x, 0.6).dup('c').data().asFloat();
        }
    }

    private static float[] twice(float[] values) {
        var both = new float[2 * values.length];
        System.arraycopy(values, 0, both, 0, values.length);
        System.arraycopy(values, 0, both, values.length, values.length);
        return both;
    }

    private static float[] drawn(int size, long stream) {
        var values = new float[size];
        new CounterRandom(11).gaussians(values, 0, size, stream, 0);
        for (int i = 0; stream == 5 && i < size; i++) {
            values[i] *= 0.3f;
        }
        return values;
    }
}
