package io.flowmap.flow;

/**
 * Closed forms for data x_0 ~ N(0, c^2) in each coordinate, S(t)^2 = t^2 + (1-t)^2 c^2 (AYF Thm 3.1).
 *
 * @param c standard deviation of the data, positive
 */
public record GaussianFlow(double c) {
    /** S(t), the standard deviation of x_t. */
    public double deviation(double t) {
        return Math.sqrt(t * t + (1 - t) * (1 - t) * c * c);
    }

    /** v(x,t) = (t - (1-t) c^2)/S(t)^2 x. */
    public double velocity(double x, double t) {
        double s = deviation(t);
        return (t - (1 - t) * c * c) / (s * s) * x;
    }

    /** f(x,t,s) = x S(s)/S(t). */
    public double flowMap(double x, double t, double s) {
        return x * deviation(s) / deviation(t);
    }

    /** The field of the exact flow map, (f - x)/(s - t); the velocity where s = t. */
    public double field(double x, double t, double s) {
        return s == t ? velocity(x, t) : (flowMap(x, t, s) - x) / (s - t);
    }

    /** E[x_0 | x_t = x]. */
    public double denoised(double x, double t) {
        double s = deviation(t);
        return (1 - t) * c * c / (s * s) * x;
    }
}
