package io.flowmap.distill.objective;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.autodiff.Program;
import io.flowmap.autodiff.Vjp;
import io.flowmap.distill.objective.Objective.Monitor;
import io.flowmap.distill.objective.Objective.Residual;
import io.flowmap.distill.objective.Objective.Terms;
import io.flowmap.flow.Denoiser;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.LinearPath;
import io.flowmap.nn.Edm2Case;
import io.flowmap.nn.Mlp;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.Scope;
import io.flowmap.nn.UNet;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** AYF-EMD's values and gradients against the folders ayf_mlp and ayf_edm2_*, for every r there. */
@Tag("reference")
class AyfReferenceTest {
    private static final double F64 = 1e-9;
    private static final double STORED_F32 = 1e-6;

    @Test
    void mlpValuesAndGradientsMatch() throws IOException {
        for (Path folder : Reference.folders(p -> p.getFileName().toString().startsWith("ayf_mlp"))) {
            int cases = 0;
            for (String r : warmups(folder)) {
                cases += check(folder, r, mlpCase(folder, Double.parseDouble(r.substring(1))), F64);
            }
            Reference.checked(folder, cases);
        }
    }

    @Test
    void unetValuesAndGradientsMatch() throws IOException {
        for (Path folder : Reference.folders(p -> p.getFileName().toString().startsWith("ayf_edm2_"))) {
            int cases = 0;
            for (String r : warmups(folder)) {
                cases += check(folder, r, unetCase(folder, Double.parseDouble(r.substring(1))), STORED_F32);
            }
            Reference.checked(folder, cases);
        }
    }

    /** The tags r1.00, r0.70, ... of a folder. */
    private static TreeSet<String> warmups(Path folder) throws IOException {
        var tags = new TreeSet<String>();
        try (var files = Files.list(folder)) {
            files.map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith("_emd_g.npy"))
                    .forEach(f -> tags.add(f.substring(0, f.indexOf('_'))));
        }
        assertThat(tags).isNotEmpty();
        return tags;
    }

    /** An objective's graph with its inputs. */
    private record Case(GraphInputs inputs, Scope student, Residual residual, boolean images) {}

    private static int check(Path folder, String r, Case c, double gradientTolerance) {
        Map<String, INDArray> targets = new LinkedHashMap<>();
        Map<String, SDVariable> values = new LinkedHashMap<>();
        Map<String, String> files =
                Map.of("field", "emd_F", "tangent", "emd_dFdt", "residual", "emd_g", "velocity", "emd_v");
        for (Monitor m : c.residual().monitors()) {
            values.put(r + "_" + files.get(m.name()), m.value());
        }
        SDVariable batchCotangent = c.residual().cotangent();
        long batch = c.inputs().shapes().of(batchCotangent)[0];
        values.put(r + "_emd_ghat", batchCotangent.mul(-batch / 2.0));
        values.put(r + "_emd_g_norm", c.residual().norm());
        List<SDVariable> parameters = List.copyOf(c.student().parameters().values());
        var gradients = Vjp.of(c.inputs().shapes(), c.residual().output(), batchCotangent, parameters);
        values.values()
                .forEach(v -> targets.put(
                        v.name(),
                        Nd4j.create(DataType.DOUBLE, c.inputs().shapes().of(v))));
        gradients
                .values()
                .forEach(v -> targets.put(
                        v.name(),
                        Nd4j.create(DataType.DOUBLE, c.inputs().shapes().of(v))));
        try (var program = Program.compile(c.inputs().shapes(), c.inputs().arrays(), targets)) {
            program.run();
        }
        values.forEach((file, variable) -> assertClose(folder, file, targets.get(variable.name()), c.images()));
        int cases = values.size();
        Map<String, Npy> goldens = Reference.arrays(folder, r + "_grad_train_emd");
        for (var golden : goldens.entrySet()) {
            INDArray gradient = targets.get(
                    gradients.get(c.student().parameter(golden.getKey())).name());
            double error = Reference.relativeToMaximum(
                    gradient.data().asDouble(), golden.getValue().values());
            assertThat(error).as(folder + " " + golden.getKey()).isLessThan(gradientTolerance);
            cases++;
        }
        return cases + checkTarget(folder, r, targets, values, c);
    }

    /** target = F + ghat, and the loss mean ||ghat||^2. */
    private static int checkTarget(
            Path folder, String r, Map<String, INDArray> targets, Map<String, SDVariable> values, Case c) {
        INDArray field = targets.get(values.get(r + "_emd_F").name());
        INDArray unit = targets.get(values.get(r + "_emd_ghat").name());
        assertClose(folder, r + "_emd_target", field.add(unit), c.images());
        var info = Reference.json(folder, "info");
        double golden = (info.has(r) ? info.get(r) : info.get("ayf"))
                .get("loss_emd_normalised")
                .asDouble();
        float[] norms = targets.get(values.get(r + "_emd_g_norm").name()).data().asFloat();
        assertThat(new AyfEmd(0.1).loss(norms)).isCloseTo(golden, Assertions.within(1e-6));
        return 2;
    }

    private static void assertClose(Path folder, String file, INDArray actual, boolean images) {
        double[] values = images && actual.rank() == 4 && !file.endsWith("norm")
                ? Edm2Case.channelsFirst(actual)
                : actual.data().asDouble();
        double error = Reference.relativeToMaximum(
                values, Reference.array(folder, file).values());
        assertThat(error).as(folder + " " + file).isLessThan(F64);
    }

    private static Case mlpCase(Path folder, double r) {
        var in = new GraphInputs(DataType.DOUBLE);
        Terms fixed = terms(in, folder, r, "", DoubleArrays.PLAIN);
        var main = mlp(in, folder, "teacher", false);
        var weak = mlp(in, folder, "weak", false);
        SDVariable lambda = in.bind("lambda", Edm2Case.array(Reference.array(folder, "lambda")));
        SDVariable poor = weak.at(fixed.xt(), fixed.t(), null);
        SDVariable v = poor.add(main.at(fixed.xt(), fixed.t(), null).sub(poor).mul(fixed.perSample(lambda)));
        var student = mlp(in, folder, "student", true);
        Terms terms = new Terms(
                student.scope, fixed.x0(), fixed.z(), fixed.xt(), fixed.t(), fixed.s(), fixed.warmup(), v, student);
        return new Case(in, student.scope, new AyfEmd(0.1).apply(terms), false);
    }

    private static MlpField mlp(GraphInputs in, Path folder, String file, boolean trainable) {
        Map<String, Npy> arrays = Reference.arrays(folder, file);
        var widths = new ArrayList<Integer>(List.of((int) arrays.get("W1").shape()[1]));
        var list = new ArrayList<Parameter>();
        for (int layer = 1; arrays.containsKey("W" + layer); layer++) {
            widths.add((int) arrays.get("W" + layer).shape()[0]);
        }
        var net = new Mlp(widths, List.of(Mlp.Activation.TANH, Mlp.Activation.SILU));
        list.addAll(net.parameters());
        Map<String, INDArray> values = new LinkedHashMap<>();
        arrays.forEach((name, npy) -> values.put(name, Edm2Case.array(npy)));
        Scope scope = trainable
                ? Scope.trainable(in.shapes(), DataType.DOUBLE, file + ".", list)
                : Scope.frozen(in.shapes(), DataType.DOUBLE, file + ".", values);
        scope.parameters().forEach((name, variable) -> in.bind(variable, values.get(name)));
        return new MlpField(scope, net);
    }

    /** The reference's MLP over [x, t] or [x, t, s]. */
    private record MlpField(Scope scope, Mlp net) implements Objective.Field {
        @Override
        public SDVariable at(SDVariable x, SDVariable t, SDVariable s) {
            long n = scope.shapes().of(x)[0];
            SDVariable time = scope.graph().reshape(t, n, 1);
            return s == null
                    ? net.apply(scope, scope.graph().concat(1, x, time))
                    : net.apply(
                            scope,
                            scope.graph().concat(1, x, time, scope.graph().reshape(s, n, 1)));
        }
    }

    private static Case unetCase(Path folder, double r) {
        var in = new GraphInputs(DataType.DOUBLE);
        Path edm2 = Reference.require("edm2", folder.getFileName().toString().substring("ayf_edm2_".length()));
        Edm2Case settings = Edm2Case.read(edm2);
        Terms fixed = terms(in, folder, r, "fm_", Edm2Case::channelsLast);
        boolean conditional = settings.config().labelDim() > 0;
        SDVariable classes =
                conditional ? in.bind("classes", Edm2Case.array(Reference.array(edm2, "class_labels"))) : null;
        SDVariable main = velocity(in, settings, Edm2Case.weights(edm2, "weights_f32"), "main.", fixed, classes);
        SDVariable weak = velocity(in, settings, Edm2Case.weights(folder, "weak_weights_f32"), "weak.", fixed, classes);
        double lambda = Reference.json(folder, "info").get("lambda").asDouble();
        SDVariable v = weak.add(main.sub(weak).mul(lambda));
        var unet = new UNet(settings.config(), false);
        Map<String, INDArray> arrays = Edm2Case.weights(folder, "student_weights_f32");
        Scope scope = Scope.trainable(in.shapes(), DataType.DOUBLE, "student.", unet.parameters());
        scope.parameters().forEach((name, variable) -> in.bind(variable, arrays.get(name)));
        Objective.Field field =
                (x, t, s) -> unet.apply(scope, new UNet.Input(x, t.sub(s.mul(0.25)), classes, null, null));
        Terms terms =
                new Terms(scope, fixed.x0(), fixed.z(), fixed.xt(), fixed.t(), fixed.s(), fixed.warmup(), v, field);
        return new Case(in, scope, new AyfEmd(0.1).apply(terms), true);
    }

    /** v = (x_t - D(x_t/(1-t), t/(1-t)))/t. */
    private static SDVariable velocity(
            GraphInputs in,
            Edm2Case settings,
            Map<String, INDArray> weights,
            String prefix,
            Terms w,
            SDVariable classes) {
        var scope = Scope.frozen(in.shapes(), DataType.DOUBLE, prefix, weights);
        SDVariable u = w.t().neg().add(1);
        SDVariable d = new Denoiser(new UNet(settings.config(), false), settings.sigmaData())
                .apply(scope, w.xt().div(w.perSample(u)), w.t().div(u), classes);
        return w.xt().sub(d).div(w.perSample(w.t()));
    }

    private interface DoubleArrays {
        DoubleArrays PLAIN = a -> a;

        INDArray arrange(INDArray array);
    }

    private static Terms terms(GraphInputs in, Path folder, double r, String prefix, DoubleArrays layout) {
        SDVariable x0 = in.bind("x0", layout.arrange(Edm2Case.array(Reference.array(folder, prefix + "x0"))));
        SDVariable z = in.bind("z", layout.arrange(Edm2Case.array(Reference.array(folder, prefix + "z"))));
        SDVariable t = in.bind("t", Edm2Case.array(Reference.array(folder, prefix + "t")));
        SDVariable s = in.bind("s", Edm2Case.array(Reference.array(folder, prefix + "s")));
        SDVariable warmup = in.bind("r", Nd4j.createFromArray(new double[] {r}));
        var scope = Scope.frozen(in.shapes(), DataType.DOUBLE, "", Map.of());
        SDVariable xt = LinearPath.point(scope, x0, z, t);
        return new Terms(scope, x0, z, xt, t, s, warmup, null, null);
    }
}
