package io.flowmap.app.study;

import io.flowmap.data.Conditions;
import io.flowmap.flow.Sampling;
import io.flowmap.model.FieldProgram;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Errors of a flow map relative to its teacher's trajectories. From a point x_t, the guided teacher's ODE is solved to x_s by Heun's
 * method. This gives the field of an exact flow map, F*(x_t,t,s) = (x_t - x_s)/(t-s), with F*(x_t,t,t) = v(x_t,t).
 *
 * @param teacher guided velocity
 * @param student flow map, compiled for the same batch
 * @param conditions of the samples
 * @param steps Heun steps from t = 1 to 0; an interval gets a proportional number
 */
public record TrajectoryErrors(FieldProgram teacher, FieldProgram student, Conditions conditions, int steps) {
    /** An interval from t to s, 0 <= s <= t <= 1. */
    public record Interval(double t, double s) {
        public Interval {
            if (!(0 <= s && s <= t && t <= 1)) {
                throw new IllegalArgumentException("expected 0 <= s <= t <= 1, got t = " + t + ", s = " + s);
            }
        }
    }

    /**
     * Norms of fields at one interval and guidance weight lambda, as root mean squares over samples.
     *
     * @param field ||F*||
     * @param error ||F - F*||
     * @param effect effect of the guidance, ||F* - F*_1||, where F*_1 is F* at lambda = 1
     * @param learned share of the guidance in the student, <F - F*_1, F* - F*_1> / ||F* - F*_1||^2; NaN at lambda = 1
     */
    public record Reading(
            double t, double s, double guidance, double field, double error, double effect, double learned) {}

    /**
     * The readings of an interval for each weight.
     *
     * @param xt points of the path at t [N,C,H,W]
     */
    public List<Reading> readings(INDArray xt, Interval interval, List<Double> weights) {
        INDArray plain = exact(xt, interval, 1);
        return weights.stream().map(w -> reading(xt, interval, w, plain)).toList();
    }

    private Reading reading(INDArray xt, Interval interval, double weight, INDArray plain) {
        INDArray exact = weight == 1 ? plain : exact(xt, interval, weight);
        student.condition(conditions, weight);
        INDArray field = student.field(xt, interval.t(), interval.s());
        INDArray guidance = exact.sub(plain);
        double square = dot(guidance, guidance);
        return new Reading(
                interval.t(),
                interval.s(),
                weight,
                norm(exact),
                norm(field.sub(exact)),
                norm(guidance),
                dot(field.sub(plain), guidance) / square);
    }

    private INDArray exact(INDArray xt, Interval interval, double weight) {
        teacher.condition(conditions, weight);
        double length = interval.t() - interval.s();
        if (length == 0) {
            return teacher.at(xt, interval.t()).dup();
        }
        int n = Math.max(1, (int) Math.ceil(length * steps));
        return xt.sub(Sampling.heun(teacher, xt, interval.t(), interval.s(), n)).divi(length);
    }

    private double norm(INDArray field) {
        return Math.sqrt(dot(field, field) / conditions.count());
    }

    private static double dot(INDArray a, INDArray b) {
        return a.mul(b).sumNumber().doubleValue();
    }
}
