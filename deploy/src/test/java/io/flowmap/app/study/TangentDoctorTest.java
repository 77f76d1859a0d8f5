package io.flowmap.app.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.app.study.TangentDoctor.Reading;
import io.flowmap.data.LatentShape;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.NetworkSpec;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.edm2.UNetConfig;
import io.flowmap.nn.flux.FluxConfig;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TangentDoctorTest {
    private static final List<Double> TIMES = List.of(0.99, 0.5, 0.01);

    @Test
    void derivativesOfEveryBlockMatchDifferences() {
        for (boolean flowMap : new boolean[] {false, true}) {
            for (var label : NoiseLabel.values()) {
                var readings = readings(spec(flowMap, label), 1);
                assertThat(readings.stream().map(Reading::block).distinct())
                        .contains("emb_noise", "enc.8x8_conv", "dec.8x8_block0", "F");
                assertThat(readings).allSatisfy(reading -> {
                    assertThat(reading.exact()).as("%s", reading).isLessThan(1e-7);
                    assertThat(reading.error()).as("%s", reading).isBetween(0.0, 1e-3);
                });
            }
        }
    }

    /** The derivatives of FLUX's time embedding and of its sum with constant embeddings are one variable. */
    @Test
    void blocksThatShareADerivativeMatchDifferences() {
        var flux = new FluxConfig(16, 2, 1, 1, List.of(2, 2, 4), 10_000, 4, 2, true);
        var texts = new ConditionShape(Map.of("text", List.of(3, 5), "pooled", List.of(4)));
        var readings = readings(new NetworkSpec(flux, false, NoiseLabel.TIME, 1, new LatentShape(2, 4, 6), texts), 1);
        assertThat(readings.stream().filter(reading -> reading.norm() > 1e-3).map(Reading::block))
                .contains("time_in", "vec");
        assertThat(norm(readings, "vector_in")).isZero();
        assertThat(readings)
                .allSatisfy(
                        reading -> assertThat(reading.exact()).as("%s", reading).isLessThan(1e-7));
    }

    /**
     * With time frequencies thirty times as large, the doctor reports large derivatives first in the embedding, not in the input
     * convolution.
     */
    @Test
    void aFastTimeEmbeddingIsLocated() {
        var calm = readings(spec(false, NoiseLabel.TIME), 1);
        var wild = readings(spec(false, NoiseLabel.TIME), 30);
        assertThat(norm(wild, "emb_noise")).isGreaterThan(10 * norm(calm, "emb_noise"));
        assertThat(norm(wild, "enc.8x8_conv")).isLessThan(2 * norm(calm, "enc.8x8_conv"));
        assertThat(norm(wild, "enc.8x8_block0")).isGreaterThan(2 * norm(calm, "enc.8x8_block0"));
        assertThat(norm(wild, "F")).isGreaterThan(2 * norm(calm, "F"));
    }

    @Test
    void aClosedProgramFreesItsArraysButNotThoseOfTheNetwork() {
        var spec = spec(true, NoiseLabel.TIME);
        var arrays = arrays(spec, 1);
        var own = new ArrayList<INDArray>();
        try (var program = new TangentProgram(spec, arrays, 2, DataType.FLOAT)) {
            own.addAll(program.values().values());
            own.addAll(program.tangents().values());
        }
        assertThat(own).allMatch(INDArray::wasClosed);
        assertThat(arrays.values()).noneMatch(INDArray::wasClosed);
    }

    private static double norm(List<Reading> readings, String block) {
        return readings.stream()
                .filter(reading -> reading.block().equals(block) && reading.t() == 0.5)
                .findFirst()
                .orElseThrow()
                .norm();
    }

    private static NetworkSpec spec(boolean flowMap, NoiseLabel label) {
        var unet = UNetConfig.of(8, List.of(1, 2), 1, List.of(4), 8);
        return new NetworkSpec(unet, flowMap, label, 0.5, new LatentShape(2, 8, 8), ConditionShape.classes(3));
    }

    private static List<Reading> readings(NetworkSpec spec, double faster) {
        try (var doctor = new TangentDoctor(spec, arrays(spec, faster), 2, 1.5)) {
            return doctor.readings(TIMES, 4, new CounterRandom(5));
        }
    }

    /** Random arrays with non-zero gains. */
    private static Map<String, INDArray> arrays(NetworkSpec spec, double faster) {
        var arrays = new LinkedHashMap<String, INDArray>();
        var drawn = spec.parameters().arrays(InitialParameters.draw(spec.parameters(), 2));
        for (var p : spec.parameters()) {
            INDArray array = p.shape().length == 0 ? Nd4j.scalar(0.6f) : drawn.get(p.name());
            boolean frequencies =
                    p.kind() == Parameter.Kind.FREQUENCIES && p.name().startsWith("emb_fourier");
            arrays.put(p.name(), frequencies ? array.mul(faster) : array);
        }
        return arrays;
    }
}
