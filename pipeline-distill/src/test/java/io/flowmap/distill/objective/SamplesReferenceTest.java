package io.flowmap.distill.objective;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.flow.FlowMap;
import io.flowmap.flow.Sampling;
import io.flowmap.flow.TimeGrid;
import io.flowmap.flow.Velocity;
import io.flowmap.nn.edm2.Edm2Case;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Every sampler and step count of ayf_mlp/samples.npz, with the MLP evaluated by plain array operations. */
@Tag("reference")
class SamplesReferenceTest {
    private static final Pattern NAME =
            Pattern.compile("(flowmap|cm_multistep|gammaVE_([0-9.]+)|teacher_euler_lambda([0-9.]+))_n(\\d+)");

    @Test
    void samplersMatch() {
        for (Path folder : Reference.folders(p -> p.getFileName().toString().startsWith("ayf_mlp"))) {
            INDArray start = Edm2Case.array(Reference.array(folder, "sample_x1"));
            INDArray noise = Edm2Case.array(Reference.array(folder, "sample_noise"));
            Map<String, Npy> goldens = new TreeMap<>(Reference.arrays(folder, "samples"));
            goldens.keySet().removeIf(name -> isStrange(folder, name));
            goldens.forEach((name, golden) -> {
                INDArray sample = sample(folder, name, start, noise);
                double error =
                        Reference.relativeToMaximum(sample.dup('c').data().asDouble(), golden.values());
                assertThat(error).as(name).isLessThan(1e-9);
            });
            Reference.checked(folder, goldens.size());
        }
    }

    private static boolean isStrange(Path folder, String name) {
        boolean strange = !NAME.matcher(name).matches();
        if (strange) {
            Reference.skipped(folder, "samples " + name);
        }
        return strange;
    }

    private static INDArray sample(Path folder, String name, INDArray start, INDArray noise) {
        Matcher m = NAME.matcher(name);
        m.matches();
        int n = Integer.parseInt(m.group(4));
        if (m.group(3) != null) {
            double lambda = Double.parseDouble(m.group(3));
            Velocity main = (x, t) -> mlp(folder, "teacher", x, t);
            Velocity weak = (x, t) -> mlp(folder, "weak", x, t);
            return Sampling.euler(
                    (x, t) -> main.at(x, t).mul(lambda).add(weak.at(x, t).mul(1 - lambda)), start, TimeGrid.uniform(n));
        }
        double gamma =
                m.group(2) != null ? Double.parseDouble(m.group(2)) : m.group(1).equals("flowmap") ? 0 : 1;
        FlowMap map = (x, t, s) -> mlp(folder, "student", x, t, s);
        return Sampling.flowMap(map, start, TimeGrid.uniform(n), gamma, i -> noise.slice(i));
    }

    /** W3 silu(W2 tanh(W1 u + b1) + b2) + b3 with u = [x, times]. */
    private static INDArray mlp(Path folder, String file, INDArray x, double... times) {
        Map<String, Npy> w = Reference.arrays(folder, file);
        INDArray u = x;
        for (double time : times) {
            u = Nd4j.concat(1, u, Nd4j.ones(x.dataType(), x.size(0), 1).mul(time));
        }
        INDArray h = Transforms.tanh(layer(w, 1, u));
        h = layer(w, 2, h);
        h = h.mul(Transforms.sigmoid(h, true));
        return layer(w, 3, h);
    }

    private static INDArray layer(Map<String, Npy> w, int i, INDArray u) {
        return u.mmul(Edm2Case.array(w.get("W" + i)).transpose()).addRowVector(Edm2Case.array(w.get("b" + i)));
    }
}
