package io.flowmap.distill.objective;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.distill.objective.Objective.Terms;
import io.flowmap.distill.teacher.GaussianTeacher;
import io.flowmap.distill.teacher.MixtureTeacher;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.GaussianFlow;
import io.flowmap.flow.GaussianMixtureFlow;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.LinearPath;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.PerSample;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.TeacherGraph;
import io.flowmap.nn.Scope;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The residuals of EMD and LMD are zero for the true flow map of an exact teacher, and not zero for another field. */
class ExactFlowMapTest {
    private static final TimePairs LAW = new TimePairs(0, 1);
    private static final Objective EMD = new AyfEmd(LAW, new TangentNormalisation(0), new TangentWarmup(1, 0));
    private static final Objective LMD = new AyfLmd(LAW, new TangentNormalisation(0));

    /** The field of a flow map, built from the teacher. */
    private interface FieldOf {
        Objective.Field with(Scope scope, Objective.Teacher teacher);
    }

    /** Largest ||g|| of a field. */
    private static double residual(Objective objective, TeacherGraph graph, FieldOf field) {
        var in = new GraphInputs(DataType.DOUBLE);
        SDVariable x0 = in.bind("x0", ToyStep.data());
        SDVariable z = in.bind("z", ToyStep.noise());
        SDVariable t = in.bind("t", Nd4j.createFromArray(ToyStep.TIMES));
        SDVariable s = in.bind("s", Nd4j.createFromArray(ToyStep.scaled(0.4)));
        SDVariable r = in.bind("r", Nd4j.createFromArray(1.0));
        var scope = Scope.frozen(in.shapes(), DataType.DOUBLE, "", Map.of());
        TeacherGraph.Emitter emitter = graph.in(in.shapes(), DataType.DOUBLE);
        Objective.Teacher teacher = (x, time) -> emitter.velocity(new NetworkField.Point(x, time, null, null, null));
        SDVariable xt = LinearPath.point(scope, x0, z, t);
        SDVariable norm = objective
                .apply(new Terms(scope, x0, z, xt, t, s, r, teacher, field.with(scope, teacher)))
                .norm();
        INDArray norms = Nd4j.create(DataType.DOUBLE, in.shapes().of(norm));
        try (var program = Nd4jBackend.compile(in.shapes(), in.arrays(), Map.of(norm.name(), norms))) {
            program.run();
        }
        return norms.maxNumber().doubleValue();
    }

    /** F = x (S(s)/S(t) - 1)/(s - t). */
    private static FieldOf gaussian(double c) {
        return (scope, teacher) -> (x, t, s) -> {
            SDVariable ratio = deviation(scope, s, c).div(deviation(scope, t, c));
            return x.mul(PerSample.of(scope.shapes(), ratio.sub(1.0).div(s.sub(t)), x));
        };
    }

    private static SDVariable deviation(Scope scope, SDVariable t, double c) {
        SDVariable u = t.neg().add(1.0);
        return scope.graph().math().sqrt(t.mul(t).add(u.mul(u).mul(c * c)));
    }

    /** (f - x)/(s - t) with f computed by the Runge-Kutta method of fourth order. */
    private static FieldOf integrated(int steps) {
        return (scope, teacher) -> (x, t, s) -> {
            SDVariable h = s.sub(t).mul(1.0 / steps);
            SDVariable stride = PerSample.of(scope.shapes(), h, x);
            SDVariable y = x;
            for (int i = 0; i < steps; i++) {
                SDVariable start = t.add(h.mul((double) i));
                SDVariable middle = t.add(h.mul(i + 0.5));
                SDVariable k1 = teacher.velocity(y, start);
                SDVariable k2 = teacher.velocity(y.add(k1.mul(stride).mul(0.5)), middle);
                SDVariable k3 = teacher.velocity(y.add(k2.mul(stride).mul(0.5)), middle);
                SDVariable k4 = teacher.velocity(y.add(k3.mul(stride)), t.add(h.mul(i + 1.0)));
                SDVariable slope = k1.add(k2.mul(2)).add(k3.mul(2)).add(k4);
                y = y.add(slope.mul(stride).mul(1.0 / 6));
            }
            return y.sub(x).div(PerSample.of(scope.shapes(), s.sub(t), x));
        };
    }

    @Test
    void theFlowMapOfAGaussianHasNoResidual() {
        var teacher = new GaussianTeacher(new GaussianFlow(0.4));
        assertThat(residual(EMD, teacher, gaussian(0.4))).isLessThan(1e-12);
        assertThat(residual(LMD, teacher, gaussian(0.4))).isLessThan(1e-12);
        assertThat(residual(EMD, teacher, gaussian(0.5))).isGreaterThan(1e-2);
        assertThat(residual(LMD, teacher, gaussian(0.5))).isGreaterThan(1e-2);
    }

    /** The residual of an integrated map decreases with the fourth power of its step. */
    @Test
    void theFlowMapOfAMixtureHasNoResidual() {
        var teacher = new MixtureTeacher(
                new GaussianMixtureFlow(
                        new double[] {0.5, 0.5}, new double[][] {{0.6, 0}, {-0.6, 0.2}}, new double[] {0.5, 0.4}),
                List.of());
        for (Objective objective : List.of(EMD, LMD)) {
            double coarse = residual(objective, teacher, integrated(3));
            double fine = residual(objective, teacher, integrated(6));
            assertThat(fine).isLessThan(1e-3);
            assertThat(coarse / fine).isBetween(8.0, 40.0);
        }
    }
}
