package io.flowmap.distill.objective;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.distill.train.step.StudentProgram;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.TeacherGraph;
import io.flowmap.nn.AdaptedNetwork;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Lora;
import io.flowmap.nn.Precision;
import io.flowmap.nn.Scope;
import io.flowmap.nn.flux.FluxConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An AYF-EMD step with adapters at FLUX.1-dev's true shape, planned without weights. */
class FluxShapeTest {
    private static final Logger LOG = LoggerFactory.getLogger(FluxShapeTest.class);

    @ParameterizedTest
    @CsvSource({"512, FLOAT32", "1024, FLOAT32", "512, BFLOAT16", "1024, BFLOAT16"})
    void aStepIsPlannedInLessThanAMinute(int side, Precision precision) {
        var config = new FluxConfig(3072, 24, 19, 38, List.of(16, 56, 56), 10_000, 4, 2, true);
        var condition = new ConditionShape(Map.of("text", List.of(512, 4096), "pooled", List.of(768)));
        long[] sample = {16, side / 8, side / 8};
        long start = System.nanoTime();
        var teacher = new NetworkField(config.network(sample, condition, false), NoiseLabel.TIME, 1);
        var student = new NetworkField(
                new AdaptedNetwork(
                        config.network(sample, condition, true), new Lora(16, 16, false, List.of("*_blocks.*"))),
                NoiseLabel.TIME,
                1);
        TeacherGraph emitted = (shapes, type) -> {
            var scope = Scope.trained(shapes, type, "teacher.");
            return point -> teacher.apply(scope, point);
        };
        var all = student.network().parameters();
        var trained = all.without(teacher.network().parameters());
        long declared = System.nanoTime();
        var objective = new AyfEmd(new TimePairs(0, 1), new TangentNormalisation(0.1), new TangentWarmup(0.99, 100));
        var plan = StudentProgram.plan(new StudentProgram.Setup(
                student, trained, Map.of(), objective, emitted, sample, 1, DataType.FLOAT, precision, true, false));
        double seconds = (System.nanoTime() - start) / 1e9;
        LOG.info(
                "flux side={} precision={} parameters={} trained={} seconds={} declaring={} instructions={} gigabytes={}"
                        + " teramultiplyadds={}",
                side,
                precision,
                all.length(),
                trained.length(),
                seconds,
                (declared - start) / 1e9,
                plan.each().size(),
                plan.bytes() / 1e9,
                plan.multiplyAdds() / 1e12);
        assertThat(seconds).isLessThan(60);
    }
}
