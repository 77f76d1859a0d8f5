package io.flowmap.eval.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.tensor.CounterRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class DavidsonModelTest {
    private static final double NO_RIDGE = 1e-9;
    private static final Offset<Double> CLOSE = within(1e-6);

    /** Davidson 1970, Eq. 3.1 for two items: the three probabilities are the observed shares. */
    @Test
    void twoItemsHaveTheOddsOfTheirWins() {
        var tally = new Tally(2, 2);
        tally.add(0, 1, new double[] {120, 45, 35});
        var model = DavidsonModel.fit(tally, NO_RIDGE);
        assertThat(model.strengths()[0] - model.strengths()[1]).isCloseTo(Math.log(120.0 / 45), CLOSE);
        assertThat(Math.exp(model.tie())).isCloseTo(35 / Math.sqrt(120.0 * 45), CLOSE);
    }

    @Test
    void threeItemsAtATimeHaveTheObservedShares() {
        var tally = new Tally(3, 3);
        tally.add(0, 1, new double[] {500, 300, 150, 50});
        var chances = DavidsonModel.fit(tally, NO_RIDGE).probabilities(0, 1, 2);
        double[] shares = {0.5, 0.3, 0.15, 0.05};
        for (int i = 0; i < shares.length; i++) {
            assertThat(chances[i]).isCloseTo(shares[i], CLOSE);
        }
    }

    /** Of four items in pairs there is no closed form: the maximum is where a naive likelihood has no slope. */
    @Test
    void pairsOfFourItemsMaximiseTheLikelihood() {
        var random = new CounterRandom(3);
        var tally = new Tally(4, 2);
        for (int set = 0; set < Tally.sets(4, 2).size(); set++) {
            tally.add(set, 1, new double[] {random.below(40, set, 0), random.below(40, set, 1), random.below(20, set, 2)
            });
        }
        double ridge = 0.3;
        var model = DavidsonModel.fit(tally, ridge);
        for (int i = 0; i <= 4; i++) {
            double h = 1e-5;
            double slope =
                    (naive(tally, ridge, moved(model, i, h)) - naive(tally, ridge, moved(model, i, -h))) / (2 * h);
            assertThat(slope).as("parameter " + i).isCloseTo(0, within(1e-5));
        }
        assertThat(naive(tally, ridge, model)).isGreaterThan(naive(tally, ridge, moved(model, 0, 0.1)));
    }

    private static DavidsonModel moved(DavidsonModel model, int parameter, double by) {
        double[] strengths = model.strengths().clone();
        if (parameter < strengths.length) {
            strengths[parameter] += by;
            return new DavidsonModel(strengths, model.tie());
        }
        return new DavidsonModel(strengths, model.tie() + by);
    }

    private static double naive(Tally tally, double ridge, DavidsonModel model) {
        double sum = -ridge / 2 * model.tie() * model.tie();
        for (double b : model.strengths()) {
            sum -= ridge / 2 * b * b;
        }
        for (int set = 0; set < 6; set++) {
            int i = Tally.sets(4, 2).get(set)[0];
            int j = Tally.sets(4, 2).get(set)[1];
            double pi = Math.exp(model.strengths()[i]);
            double pj = Math.exp(model.strengths()[j]);
            double tie = Math.exp(model.tie()) * Math.sqrt(pi * pj);
            double all = pi + pj + tie;
            sum += tally.choices(set)[0] * Math.log(pi / all);
            sum += tally.choices(set)[1] * Math.log(pj / all);
            sum += tally.choices(set)[2] * Math.log(tie / all);
        }
        return sum;
    }

    @Test
    void anItemThatAlwaysWinsHasAFiniteStrength() {
        var tally = new Tally(3, 2);
        tally.add(0, 200, new double[] {1, 0, 0});
        tally.add(1, 200, new double[] {1, 0, 0});
        tally.add(2, 200, new double[] {1, 0, 0});
        var model = DavidsonModel.fit(tally, 0.1);
        assertThat(model.strengths()).doesNotContain(Double.NaN).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(model.strengths()[0] - model.strengths()[2]).isBetween(5.0, 20.0);
        assertThat(model.tie()).isFinite().isNegative();
        assertThat(model.strengths()[0] + model.strengths()[1] + model.strengths()[2])
                .isCloseTo(0, within(1e-8));
    }

    @Test
    void answersThatAreAllTiesSayNothingOfStrengths() {
        var tally = new Tally(2, 2);
        tally.add(0, 50, new double[] {0, 0, 1});
        var model = DavidsonModel.fit(tally, 0.1);
        assertThat(model.strengths()).containsExactly(new double[] {0, 0}, within(1e-9));
        assertThat(model.tie()).isFinite().isGreaterThan(2);
    }
}
