package io.flowmap.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.nn.Condition;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Scope;
import io.flowmap.nn.edm2.Edm2Case;
import io.flowmap.testing.Reference;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** EDM2's sampler, plain and guided, against the reference folder edm2_sampler. */
@Tag("reference")
class Edm2SamplerReferenceTest {
    /** The arguments that the test uses, and those without effect when there is no churn. */
    private static final Set<String> ARGUMENTS = Set.of(
            "guidance",
            "num_steps",
            "sigma_min",
            "sigma_max",
            "rho",
            "net",
            "gnet",
            "formula",
            "S_min",
            "S_max",
            "S_noise",
            "dtype");

    private static final String DEFAULTS = "{\"S_churn\": 0}";

    @Test
    void samplesMatch() {
        Path folder = Reference.require("edm2_sampler");
        JsonNode config = Reference.json(folder, "config");
        Assumptions.assumeTrue(
                Reference.understands(folder, config, ARGUMENTS, DEFAULTS), "a sampler with noise between the steps");
        var sampler = new Edm2Sampler(
                config.get("num_steps").asInt(),
                config.get("sigma_min").asDouble(),
                config.get("sigma_max").asDouble(),
                config.get("rho").asDouble());
        double[] levels = Reference.array(folder, "t_steps").values();
        assertThat(Reference.relativeToMaximum(sampler.noiseLevels(), levels)).isLessThan(1e-9);
        INDArray noise = Edm2Case.channelsLast(Edm2Case.array(Reference.array(folder, "noise")));
        Edm2Sampler.Denoised main = denoiser(folder, config.get("net").asText(), noise.shape());
        Edm2Sampler.Denoised weak = denoiser(folder, config.get("gnet").asText(), noise.shape());
        check(folder, "heun_unguided", sampler.sample(main, noise));
        double guidance = config.get("guidance").asDouble();
        check(
                folder,
                "heun_guided",
                sampler.sample(
                        (x, sigma) -> {
                            INDArray poor = weak.at(x, sigma).dup();
                            return main.at(x, sigma).sub(poor).muli(guidance).addi(poor);
                        },
                        noise));
        Reference.checked(folder, 3);
    }

    private static void check(Path folder, String name, INDArray sample) {
        double[] golden = Reference.array(folder, name).values();
        assertThat(Reference.relativeToMaximum(Edm2Case.channelsFirst(sample), golden))
                .as(name)
                .isLessThan(1e-9);
    }

    private static Edm2Sampler.Denoised denoiser(Path folder, String weights, long[] shape) {
        Path file = folder.getParent().resolve(weights);
        String name = file.getParent().getFileName().toString().replaceFirst("^ayf_edm2_", "");
        Edm2Case settings = Edm2Case.read(folder.getParent().resolve("edm2").resolve(name));
        String stem = file.getFileName().toString().replaceFirst("\\.npz$", "");
        var inputs = new GraphInputs(DataType.DOUBLE);
        var scope = Scope.frozen(inputs.shapes(), DataType.DOUBLE, "", Edm2Case.weights(file.getParent(), stem));
        SDVariable x = inputs.add("x", shape);
        SDVariable sigma = inputs.add("sigma", shape[0]);
        SDVariable classes = inputs.bind("classes", Edm2Case.array(Reference.array(folder, "labels")));
        SDVariable d = new Denoiser(settings.unet(false), settings.sigmaData())
                .apply(
                        scope,
                        x,
                        sigma,
                        settings.classes() > 0 ? new Condition(Map.of(ConditionShape.CLASS, classes)) : Condition.NONE);
        INDArray output = Nd4j.create(DataType.DOUBLE, shape);
        var program = Nd4jBackend.compile(inputs.shapes(), inputs.arrays(), Map.of(d.name(), output));
        return (at, level) -> {
            inputs.array("x").assign(at);
            inputs.array("sigma").assign(level);
            program.run();
            return output;
        };
    }
}
