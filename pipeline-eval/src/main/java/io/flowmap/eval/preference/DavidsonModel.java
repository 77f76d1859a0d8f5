package io.flowmap.eval.preference;

import java.util.Arrays;

/**
 * The Bradley-Terry model with ties of Davidson (1970), for any number of items in a question (Firth, Kosmidis and Turner 2019): of items
 * with strengths b_1..b_m, item k is chosen with a probability proportional to exp(b_k), and none with one proportional to exp(t + mean of
 * b). For two items this is Davidson's model with nu = exp(t).
 *
 * <p>The fit maximises the likelihood minus ridge/2 (sum of b^2 + t^2), a strictly concave function, by Newton's method. With a ridge above
 * 0 the maximum is finite for any counts, also where an item always won or nobody answered with a tie; the strengths have mean 0.
 *
 * @param strengths b of each item, in natural logarithms of odds, [K]
 * @param tie t
 */
public record DavidsonModel(double[] strengths, double tie) {
    private static final int MOST_STEPS = 200;
    private static final double SMALL = 1e-10;

    /** Fits the model. Throws {@link IllegalArgumentException} unless the ridge is above 0. */
    public static DavidsonModel fit(Tally tally, double ridge) {
        return fit(tally, ridge, new double[tally.items() + 1]);
    }

    /** Fits the model from a guess near the maximum, which bootstraps have. */
    static DavidsonModel fit(Tally tally, double ridge, DavidsonModel start) {
        return fit(tally, ridge, start.parameters());
    }

    private static DavidsonModel fit(Tally tally, double ridge, double[] start) {
        if (!(ridge > 0)) {
            throw new IllegalArgumentException("expected a ridge above 0, got " + ridge);
        }
        var newton = new Newton(tally, ridge, start);
        for (int i = 0; i < MOST_STEPS && newton.step() > SMALL; i++) {}
        return of(newton.at);
    }

    private static DavidsonModel of(double[] parameters) {
        int items = parameters.length - 1;
        return new DavidsonModel(Arrays.copyOf(parameters, items), parameters[items]);
    }

    /** Probabilities of the items in their order and of a tie, [m + 1]. */
    public double[] probabilities(int... items) {
        var chances = new double[items.length + 1];
        probabilities(parameters(), items, chances);
        return chances;
    }

    private double[] parameters() {
        var parameters = Arrays.copyOf(strengths, strengths.length + 1);
        parameters[strengths.length] = tie;
        return parameters;
    }

    /** Writes the probabilities; returns the logarithm of the sum that they are divided by, less their largest exponent, and adds it. */
    private static double probabilities(double[] parameters, int[] items, double[] chances) {
        int m = items.length;
        double mean = 0;
        for (int k = 0; k < m; k++) {
            chances[k] = parameters[items[k]];
            mean += chances[k] / m;
        }
        chances[m] = parameters[parameters.length - 1] + mean;
        double largest = Double.NEGATIVE_INFINITY;
        for (double exponent : chances) {
            largest = Math.max(largest, exponent);
        }
        double sum = 0;
        for (int k = 0; k <= m; k++) {
            chances[k] = Math.exp(chances[k] - largest);
            sum += chances[k];
        }
        for (int k = 0; k <= m; k++) {
            chances[k] /= sum;
        }
        return largest + Math.log(sum);
    }

    /** Newton's method with halved steps. The features of outcome k are e_k, those of a tie (1/m, ..., 1/m; 1). */
    private static final class Newton {
        private final Tally tally;
        private final double ridge;
        private final int size;
        private final double[] chances;
        private double[] at;
        private double value;

        Newton(Tally tally, double ridge, double[] start) {
            this.tally = tally;
            this.ridge = ridge;
            this.size = start.length;
            this.chances = new double[tally.size() + 1];
            this.at = start;
            this.value = value(at);
        }

        /** Takes a step and returns the largest change of a parameter. */
        double step() {
            var gradient = new double[size];
            var curvature = new double[size][size];
            derivatives(gradient, curvature);
            solve(curvature, gradient);
            for (double length = 1; length > SMALL; length /= 2) {
                var next = at.clone();
                double change = 0;
                for (int i = 0; i < size; i++) {
                    next[i] += length * gradient[i];
                    change = Math.max(change, Math.abs(length * gradient[i]));
                }
                double reached = value(next);
                if (reached >= value) {
                    at = next;
                    value = reached;
                    return change;
                }
            }
            return 0;
        }

        private double value(double[] parameters) {
            double sum = 0;
            for (double parameter : parameters) {
                sum -= ridge / 2 * parameter * parameter;
            }
            for (int set = 0; set < tally.sets().size(); set++) {
                var items = tally.sets().get(set);
                var counts = tally.choices(set);
                double scale = probabilities(parameters, items, chances);
                double mean = 0;
                double total = counts[items.length];
                for (int k = 0; k < items.length; k++) {
                    sum += counts[k] * parameters[items[k]];
                    mean += parameters[items[k]] / items.length;
                    total += counts[k];
                }
                sum += counts[items.length] * (parameters[size - 1] + mean) - total * scale;
            }
            return sum;
        }

        /** The gradient, and the matrix of second derivatives with its sign turned. */
        private void derivatives(double[] gradient, double[][] curvature) {
            for (int i = 0; i < size; i++) {
                gradient[i] = -ridge * at[i];
                curvature[i][i] = ridge;
            }
            for (int set = 0; set < tally.sets().size(); set++) {
                var items = tally.sets().get(set);
                var counts = tally.choices(set);
                double total = Arrays.stream(counts).sum();
                probabilities(at, items, chances);
                var expected = expected(items);
                for (int outcome = 0; outcome <= items.length; outcome++) {
                    var features = features(items, outcome);
                    for (int i = 0; i < size; i++) {
                        double off = features[i] - expected[i];
                        gradient[i] += counts[outcome] * off;
                        for (int j = 0; j < size; j++) {
                            curvature[i][j] += total * chances[outcome] * off * (features[j] - expected[j]);
                        }
                    }
                }
            }
        }

        private double[] expected(int[] items) {
            var expected = new double[size];
            for (int outcome = 0; outcome <= items.length; outcome++) {
                var features = features(items, outcome);
                for (int i = 0; i < size; i++) {
                    expected[i] += chances[outcome] * features[i];
                }
            }
            return expected;
        }

        private double[] features(int[] items, int outcome) {
            var features = new double[size];
            if (outcome < items.length) {
                features[items[outcome]] = 1;
                return features;
            }
            for (int item : items) {
                features[item] = 1.0 / items.length;
            }
            features[size - 1] = 1;
            return features;
        }

        /** Replaces b by the solution of A x = b for a positive definite A, by Cholesky's method in place. */
        private static void solve(double[][] a, double[] b) {
            int n = b.length;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    double sum = a[i][j];
                    for (int k = 0; k < j; k++) {
                        sum -= a[i][k] * a[j][k];
                    }
                    a[i][j] = i == j ? Math.sqrt(sum) : sum / a[j][j];
                }
            }
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < i; k++) {
                    b[i] -= a[i][k] * b[k];
                }
                b[i] /= a[i][i];
            }
            for (int i = n - 1; i >= 0; i--) {
                for (int k = i + 1; k < n; k++) {
                    b[i] -= a[k][i] * b[k];
                }
                b[i] /= a[i][i];
            }
        }
    }
}
