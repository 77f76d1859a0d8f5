package io.flowmap.app.userstudy;

import io.flowmap.app.userstudy.Design.Asked;
import io.flowmap.eval.preference.DavidsonModel;
import io.flowmap.eval.preference.Estimates;
import io.flowmap.eval.preference.Judgement;
import io.flowmap.eval.preference.ParticipantBootstrap;
import io.flowmap.eval.preference.SideBias;
import io.flowmap.eval.preference.Tally;
import io.flowmap.tensor.CounterRandom;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Simulated studies by the plan and the analysis of real ones. Strengths differ between participants, with a standard deviation, around
 * those given; each answers by Davidson's model with the own strengths. What a study estimates is what infinitely many participants would
 * give: the truth is taken from the exact probabilities of very many.
 *
 * @param config of the studies
 * @param seed of the random numbers
 */
record Simulation(SimulateConfig config, long seed) implements Serializable {
    private static final int MANY = 1_000_000;
    private static final long PEOPLE = 1;
    private static final long ANSWERS = 2;
    private static final long POPULATION = 3;
    /** Beside hundreds of thousands of answers. */
    private static final double NO_RIDGE = 1e-4;

    private static final double LIKELY = 0.05;

    /**
     * What a study found.
     *
     * @param covered for every value of {@link Estimates} whether its interval holds the truth
     * @param biased whether a bias was found without one
     * @param foundBias whether a bias was found in a study of the same people who choose the first position in a share of the questions
     */
    record Found(boolean[] covered, boolean biased, boolean foundBias) implements Serializable {}

    /** The estimates of infinitely many participants. */
    Estimates truth() {
        int items = config.strengths().size();
        int size = config.compare().images();
        var tally = new Tally(items, size);
        var random = new CounterRandom(seed);
        for (int person = 0; person < MANY; person++) {
            var model = person(random, POPULATION, 0, person);
            var sets = Tally.sets(items, size);
            for (int set = 0; set < sets.size(); set++) {
                tally.add(set, 1, model.probabilities(sets.get(set)));
            }
        }
        return Estimates.of(tally, NO_RIDGE);
    }

    /** Simulates a study and looks whether its intervals cover the truth. */
    Found study(int number, double[] truth) {
        var unbiased = tallies(number, 0);
        var whole = Tally.sum(unbiased);
        var bootstrap =
                new ParticipantBootstrap(new CounterRandom(seed).bits(number), config.resamples(), config.confidence());
        double[][] ends = bootstrap.intervals(unbiased, whole, config.ridge());
        var covered = new boolean[truth.length];
        for (int i = 0; i < truth.length; i++) {
            covered[i] = ends[0][i] <= truth[i] && truth[i] <= ends[1][i];
        }
        return new Found(
                covered,
                SideBias.chance(unbiased) < LIKELY,
                SideBias.chance(tallies(number, config.sideBias())) < LIKELY);
    }

    private List<Tally> tallies(int study, double bias) {
        int items = config.strengths().size();
        int size = config.compare().images();
        var random = new CounterRandom(seed);
        var design = new Design(items, size, config.scenes(), random.bits(study));
        var tallies = new ArrayList<Tally>();
        for (int person = 0; person < config.participants(); person++) {
            var model = person(random, PEOPLE, study, person);
            var tally = new Tally(items, size);
            int question = 0;
            for (var asked : design.next(person, config.questions(), 0, 0)) {
                tally.add(answer(random, model, asked, bias, study, person, question++));
            }
            tallies.add(tally);
        }
        return tallies;
    }

    private DavidsonModel person(CounterRandom random, long stream, int study, int person) {
        var own = new double[config.strengths().size()];
        random.gaussians(own, 0, own.length, stream, study, person);
        Arrays.setAll(own, i -> config.strengths().get(i) + config.spread() * own[i]);
        return new DavidsonModel(own, config.tie());
    }

    private static Judgement answer(
            CounterRandom random, DavidsonModel model, Asked asked, double bias, int study, int person, int question) {
        int[] shown = asked.shown().stream().mapToInt(Integer::intValue).toArray();
        if (random.uniform(ANSWERS, study, person, question, 0) < bias) {
            return new Judgement(asked.scene(), shown, 0);
        }
        double left = random.uniform(ANSWERS, study, person, question, 1);
        double[] chances = model.probabilities(shown);
        for (int position = 0; position < shown.length; position++) {
            left -= chances[position];
            if (left < 0) {
                return new Judgement(asked.scene(), shown, position);
            }
        }
        return new Judgement(asked.scene(), shown, Judgement.TIE);
    }
}
