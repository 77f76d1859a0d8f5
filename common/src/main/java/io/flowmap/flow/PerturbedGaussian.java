package io.flowmap.flow;

/**
 * Imperfect models of Gaussian data (AYF Thm 3.1): as small as their error is, a consistency model's gets worse beyond some number of
 * steps, a flow map's does not. S(t) is {@link GaussianFlow#deviation}, c the deviation of the data.
 *
 * @param flow the data
 * @param error eps, the size of the perturbation
 */
public record PerturbedGaussian(GaussianFlow flow, double error) {
    /**
     * Forms of the perturbed consistency model f(x,t) = k(t) x beside the optimal c/S(t). Which of them the paper's Eq. 7 is cannot be
     * told from its text; all but {@link #D} keep f(x,0) = x.
     */
    public enum Consistency {
        /** k = c/S + eps t. */
        A("c/S + eps t"),
        /** k = c (1 + eps t)/S. */
        B("c (1 + eps t)/S"),
        /** k = (c + eps t)/S: best at two steps for c = 0.5 and eps from 0.05 on, as the paper reports. */
        C("(c + eps t)/S"),
        /** k = c/S + eps. */
        D("c/S + eps"),
        /** k = sqrt(c^2 + eps t)/S. */
        H("sqrt(c^2 + eps t)/S");

        private final String formula;

        Consistency(String formula) {
            this.formula = formula;
        }

        /** k(t) as text. */
        public String formula() {
            return formula;
        }
    }

    /** The consistency model of a form: a map that ends at s = 0 only, to be sampled with gamma = 1. */
    public ScalingMap consistency(Consistency form) {
        return (t, s) -> {
            if (s != 0) {
                throw new IllegalArgumentException("cannot apply a consistency model: expected s = 0, got " + s);
            }
            return factor(form, t);
        };
    }

    /** The flow map with factor S(s)/S(t) + eps (t - s). */
    public ScalingMap flowMap() {
        return (t, s) -> flow.deviation(s) / flow.deviation(t) + error * (t - s);
    }

    /** Euler's step on the exact velocity, 1 + (s - t) v(1,t); it has no error but its own. */
    public ScalingMap euler() {
        return (t, s) -> 1 + (s - t) * flow.velocity(1, t);
    }

    /** W2 between N(0, variance) and the data, a coordinate: |sqrt(variance) - c|. */
    public double distance(double variance) {
        return Math.abs(Math.sqrt(variance) - flow.c());
    }

    private double factor(Consistency form, double t) {
        double c = flow.c();
        double deviation = flow.deviation(t);
        return switch (form) {
            case A -> c / deviation + error * t;
            case B -> c * (1 + error * t) / deviation;
            case C -> (c + error * t) / deviation;
            case D -> c / deviation + error;
            case H -> Math.sqrt(c * c + error * t) / deviation;
        };
    }
}
