package io.flowmap.eval.preference;

import java.util.Arrays;

/**
 * What a tally says about its items, as one list of values, so that intervals can be taken of all at once: strengths b [K], weight of ties
 * nu = exp(t), share of its questions in which each item was chosen [K], share of ties, share of questions in which item i was chosen among
 * those in which i or j was and both were shown [K,K] (1/2 for i = j), shares of decided answers by position [m], self-agreement.
 */
public final class Estimates {
    private final int items;
    private final int size;
    private final double[] values;

    private Estimates(int items, int size, double[] values) {
        this.items = items;
        this.size = size;
        this.values = values;
    }

    /** Computes all values. Shares of nothing are NaN. */
    public static Estimates of(Tally tally, double ridge) {
        return of(tally, DavidsonModel.fit(tally, ridge));
    }

    static Estimates of(Tally tally, DavidsonModel model) {
        int items = tally.items();
        var values = new double[2 * items + 3 + items * items + tally.size()];
        var estimates = new Estimates(items, tally.size(), values);
        System.arraycopy(model.strengths(), 0, values, 0, items);
        values[estimates.tieWeight()] = Math.exp(model.tie());
        estimates.count(tally);
        double decided = Arrays.stream(tally.sides()).sum();
        for (int side = 0; side < tally.size(); side++) {
            values[estimates.side(side)] = tally.sides()[side] / decided;
        }
        values[estimates.selfAgreement()] = tally.selfAgreement();
        return estimates;
    }

    private void count(Tally tally) {
        var chosen = new double[items];
        var asked = new double[items];
        var over = new double[items][items];
        double ties = 0;
        for (int set = 0; set < tally.sets().size(); set++) {
            var counts = tally.choices(set);
            double total = Arrays.stream(counts).sum();
            ties += counts[size];
            for (int k = 0; k < size; k++) {
                int item = tally.sets().get(set)[k];
                chosen[item] += counts[k];
                asked[item] += total;
                for (int other : tally.sets().get(set)) {
                    over[item][other] += counts[k];
                }
            }
        }
        for (int i = 0; i < items; i++) {
            values[chosen(i)] = chosen[i] / asked[i];
            for (int j = 0; j < items; j++) {
                values[over(i, j)] = over[i][j] / (over[i][j] + over[j][i]);
            }
        }
        values[tied()] = ties / tally.total();
    }

    /** A copy of all values. */
    public double[] values() {
        return values.clone();
    }

    /** Place of an item's strength. */
    public int strength(int item) {
        return item;
    }

    /** Place of the weight of ties. */
    public int tieWeight() {
        return items;
    }

    /** Place of an item's share. */
    public int chosen(int item) {
        return items + 1 + item;
    }

    /** Place of the share of ties. */
    public int tied() {
        return 2 * items + 1;
    }

    /** Place of the share of item i against item j. */
    public int over(int i, int j) {
        return 2 * items + 2 + i * items + j;
    }

    /** Place of the share of a position. */
    public int side(int position) {
        return 2 * items + 2 + items * items + position;
    }

    /** Place of the self-agreement. */
    public int selfAgreement() {
        return values.length - 1;
    }
}
