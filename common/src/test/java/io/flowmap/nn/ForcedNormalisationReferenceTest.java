package io.flowmap.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.nn.edm2.Edm2Case;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Forced weight normalisation, compared with EDM2's weights after one forward pass in training mode. */
@Tag("reference")
class ForcedNormalisationReferenceTest {
    @Test
    void rowsMatchEdm2AfterATrainingForward() {
        for (Path folder : Edm2Case.folders()) {
            if (!Files.exists(folder.resolve("weights_after_train_forward_f32.npz"))) {
                continue;
            }
            Map<String, Npy> before = Reference.arrays(folder, "weights_f32");
            Map<String, Npy> after = Reference.arrays(folder, "weights_after_train_forward_f32");
            after.forEach((name, golden) -> {
                float[] flat = before.get(name).floats();
                var weight = new Parameter(name, before.get(name).shape(), Parameter.Kind.WEIGHT);
                ForcedNormalisation.apply(new FlatParameters(List.of(weight)), flat);
                double[] actual = new double[flat.length];
                for (int i = 0; i < flat.length; i++) {
                    actual[i] = flat[i];
                }
                assertThat(Reference.relativeToMaximum(actual, golden.values()))
                        .as(name)
                        .isLessThan(1e-6);
            });
            Reference.checked(folder, after.size());
        }
    }
}
