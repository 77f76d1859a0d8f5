package io.flowmap.distill.objective;

import io.flowmap.distill.objective.Objective.Terms;
import io.flowmap.flow.Denoiser;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.LinearPath;
import io.flowmap.flow.PerSample;
import io.flowmap.nn.Condition;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Network;
import io.flowmap.nn.Scope;
import io.flowmap.nn.edm2.Edm2Case;
import io.flowmap.nn.mlp.Mlp;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The terms of a folder ayf_mlp or ayf_edm2_*, in float64.
 *
 * @param inputs the graph and its arrays
 * @param terms variables of an objective
 * @param arrays arrays of the student by name
 */
record AyfCase(GraphInputs inputs, Terms terms, Map<String, INDArray> arrays) {
    /** Binds the student's arrays, once the student has been emitted. */
    void bind() {
        terms.scope().declared().forEach(p -> inputs.bind(terms.scope().variable(p.name()), arrays.get(p.name())));
    }

    /** Reads a folder for one weight r of the tangent. */
    interface Reader {
        AyfCase read(Path folder, double r);
    }

    static AyfCase mlp(Path folder, double r) {
        var in = new GraphInputs(DataType.DOUBLE);
        var main = mlp(in, folder, "teacher", false);
        var weak = mlp(in, folder, "weak", false);
        var student = mlp(in, folder, "student", true);
        SDVariable lambda = in.bind("lambda", Edm2Case.array(Reference.array(folder, "lambda")));
        Objective.Teacher teacher = (x, t) -> {
            SDVariable poor = weak.at(x, t, null);
            return poor.add(main.at(x, t, null).sub(poor).mul(PerSample.of(in.shapes(), lambda, x)));
        };
        return read(in, folder, "", r, UnaryOperator.identity(), student.scope(), teacher, student, student.values());
    }

    static AyfCase unet(Path folder, double r) {
        var in = new GraphInputs(DataType.DOUBLE);
        Path edm2 = Edm2Case.network(folder);
        Edm2Case settings = Edm2Case.read(edm2);
        Condition condition = settings.classes() > 0
                ? new Condition(Map.of(
                        ConditionShape.CLASS,
                        in.bind("classes", Edm2Case.array(Reference.array(edm2, "class_labels")))))
                : Condition.NONE;
        Objective.Teacher main = denoiser(in, settings, "main.", Edm2Case.weights(edm2, "weights_f32"), condition);
        Objective.Teacher weak =
                denoiser(in, settings, "weak.", Edm2Case.weights(folder, "weak_weights_f32"), condition);
        double lambda = Reference.json(folder, "info").get("lambda").asDouble();
        Objective.Teacher teacher = (x, t) -> {
            SDVariable poor = weak.velocity(x, t);
            return poor.add(main.velocity(x, t).sub(poor).mul(lambda));
        };
        var unet = settings.unet(false);
        Map<String, INDArray> arrays = Edm2Case.weights(folder, "student_weights_f32");
        Scope scope = Scope.trained(in.shapes(), DataType.DOUBLE, "student.");
        Objective.Field field =
                (x, t, s) -> unet.apply(scope, new Network.Input(x, t.sub(s.mul(0.25)), condition, null, null));
        return read(in, folder, "fm_", r, Edm2Case::channelsLast, scope, teacher, field, arrays);
    }

    private static AyfCase read(
            GraphInputs in,
            Path folder,
            String prefix,
            double r,
            UnaryOperator<INDArray> layout,
            Scope scope,
            Objective.Teacher teacher,
            Objective.Field field,
            Map<String, INDArray> arrays) {
        SDVariable x0 = in.bind("x0", layout.apply(Edm2Case.array(Reference.array(folder, prefix + "x0"))));
        SDVariable z = in.bind("z", layout.apply(Edm2Case.array(Reference.array(folder, prefix + "z"))));
        SDVariable t = in.bind("t", Edm2Case.array(Reference.array(folder, prefix + "t")));
        SDVariable s = in.bind("s", Edm2Case.array(Reference.array(folder, prefix + "s")));
        SDVariable warmup = in.bind("r", Nd4j.createFromArray(new double[] {r}));
        SDVariable xt = LinearPath.point(scope, x0, z, t);
        return new AyfCase(in, new Terms(scope, x0, z, xt, t, s, warmup, teacher, field), arrays);
    }

    /** The reference's MLP over [x, t] or [x, t, s]. */
    private record MlpField(Scope scope, Mlp net, Map<String, INDArray> values) implements Objective.Field {
        @Override
        public SDVariable at(SDVariable x, SDVariable t, SDVariable s) {
            SDVariable u = scope.graph().concat(1, x, column(t));
            return net.apply(scope, s == null ? u : scope.graph().concat(1, u, column(s)));
        }

        private SDVariable column(SDVariable numbers) {
            return scope.graph().reshape(numbers, scope.shapes().of(numbers)[0], 1);
        }
    }

    private static MlpField mlp(GraphInputs in, Path folder, String file, boolean trainable) {
        Map<String, Npy> arrays = Reference.arrays(folder, file);
        var widths = new ArrayList<Integer>(List.of((int) arrays.get("W1").shape()[1]));
        for (int layer = 1; arrays.containsKey("W" + layer); layer++) {
            widths.add((int) arrays.get("W" + layer).shape()[0]);
        }
        var net = new Mlp(widths, List.of(Mlp.Activation.TANH, Mlp.Activation.SILU));
        Map<String, INDArray> values = new LinkedHashMap<>();
        arrays.forEach((name, npy) -> values.put(name, Edm2Case.array(npy)));
        Scope scope = trainable
                ? Scope.trained(in.shapes(), DataType.DOUBLE, file + ".")
                : Scope.frozen(in.shapes(), DataType.DOUBLE, file + ".", values);
        return new MlpField(scope, net, values);
    }

    /** v = (x_t - D(x_t/(1-t), t/(1-t)))/t. */
    private static Objective.Teacher denoiser(
            GraphInputs in, Edm2Case settings, String prefix, Map<String, INDArray> weights, Condition condition) {
        var scope = Scope.frozen(in.shapes(), DataType.DOUBLE, prefix, weights);
        var denoiser = new Denoiser(settings.unet(false), settings.sigmaData());
        return (x, t) -> {
            SDVariable u = t.neg().add(1);
            SDVariable d = denoiser.apply(scope, x.div(PerSample.of(in.shapes(), u, x)), t.div(u), condition);
            return x.sub(d).div(PerSample.of(in.shapes(), t, x));
        };
    }
}
