package io.flowmap.flow;

/**
 * Imperfect models of Gaussian data (AYF Thm 3.1). However small the error, a consistency model gets worse beyond some number of steps; a
 * flow map does not. S(t) is {@link GaussianFlow#deviation}, c the standard deviation of the data.
 *
 * @param flow closed forms of the data
 * @param error eps, size of the perturbation
 */
public record PerturbedGaussian(GaussianFlow flow, double error) {
    /**
     * Forms of the perturbed consistency model f(x,t) = k(t) x; the optimal model has k = c/S(t). The paper does not say which form its Eq.
     * 7 is. All but {@link #D} satisfy f(x,0) = x.
     */
    public enum Consistency {
        /** k = c/S + eps t. */
        A("c/S + eps t"),
        /** k = c (1 + eps t)/S. */
        B("c (1 + eps t)/S"),
        /** k = (c + eps t)/S: best at two steps for c = 0.5 and eps >= 0.05, as the paper reports. */
        C("(c + eps t)/S"),
        /** k = c/S + eps. */
        D("c/S + eps"),
        /** k = sqrt(c^2 + eps t)/S. */
        H("sqrt(c^2 + eps t)/S");

        private final String formula;

        Consistency(String formula) {
            this.formula = formula;
        }

        /** Formula of k(t). */
        public String formula() {
            return formula;
        }
    }

    /** The perturbed consistency model of a form. It supports s = 0 only; sample it with gamma = 1. */
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

    /** Euler's step on the exact velocity: factor 1 + (s - t) v(1,t). Its only error is that of the discretisation. */
    public ScalingMap euler() {
        return (t, s) -> 1 + (s - t) * flow.velocity(1, t);
    }

    /** W2 distance of a coordinate between N(0, variance) and the data: |sqrt(variance) - c|. */
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
