package io.flowmap.eval.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.data.LatentShape;
import io.flowmap.eval.metric.Bootstrap;
import io.flowmap.eval.prompt.PromptTally.Measured;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PromptScoresTest {
    private static final PromptMeasure COIN = new Coin();
    private static final PromptBootstrap RESAMPLES = new PromptBootstrap(new Bootstrap(7, 4000), 0.95);

    /** Prompts "p0", "p1", ...; those with an even number are of the group even; the second value is stated by every third. */
    private record Coin() implements PromptMeasure {
        @Override
        public String name() {
            return "prompt:coin";
        }

        @Override
        public List<String> values() {
            return List.of("heads", "third");
        }

        @Override
        public List<String> groups() {
            return List.of("even", "none");
        }

        @Override
        public String group(String prompt) {
            return number(prompt) % 2 == 0 ? "even" : null;
        }

        @Override
        public void check(LatentShape shape) {}

        @Override
        public PromptScorer open() {
            throw new UnsupportedOperationException();
        }
    }

    /** 400 prompts of 8 samples that are all right or all wrong: the interval is that of 400 coins, not of 3,200. */
    @Test
    void intervalIsThatOfPrompts() {
        var tallies = new ArrayList<PromptTally>();
        var random = new CounterRandom(5);
        double right = 0;
        for (int p = 0; p < 400; p++) {
            int heads = random.uniform(p) < 0.3 ? 1 : 0;
            right += heads / 400.0;
            tallies.add(tally(p, 1, (set, sample) -> heads, 8));
        }
        var score = new PromptScores(COIN, tallies, RESAMPLES).scores(1).get(0).get("heads");
        double error = Math.sqrt(right * (1 - right) / 400);
        assertThat(score.value()).isCloseTo(right, within(1e-12));
        assertThat(score.samples()).isEqualTo(3200);
        assertThat(score.interval().low()).isCloseTo(right - 1.96 * error, within(0.15 * error));
        assertThat(score.interval().high()).isCloseTo(right + 1.96 * error, within(0.15 * error));
    }

    @Test
    void valuesAreMeansOverTheSamplesThatStateThem() {
        var tallies = new ArrayList<PromptTally>();
        for (int p = 0; p < 30; p++) {
            int number = p;
            tallies.add(tally(p, 1, (set, sample) -> (number + sample) % 5 == 0 ? 1 : 0, 1 + p % 3));
        }
        var scores = new PromptScores(COIN, tallies, new PromptBootstrap(null, 0.95))
                .scores(1)
                .get(0);
        int heads = 0;
        int samples = 0;
        int even = 0;
        int evenHeads = 0;
        int third = 0;
        for (int p = 0; p < 30; p++) {
            for (int sample = 0; sample < 1 + p % 3; sample++) {
                int value = (p + sample) % 5 == 0 ? 1 : 0;
                samples++;
                heads += value;
                even += p % 2 == 0 ? 1 : 0;
                evenHeads += p % 2 == 0 ? value : 0;
                third += p % 3 == 0 ? 1 : 0;
            }
        }
        assertThat(scores).containsOnlyKeys("heads", "third", "even");
        assertThat(scores.get("heads").value()).isCloseTo((double) heads / samples, within(1e-12));
        assertThat(scores.get("heads").samples()).isEqualTo(samples);
        assertThat(scores.get("heads").interval()).isNull();
        assertThat(scores.get("even").value()).isCloseTo((double) evenHeads / even, within(1e-12));
        assertThat(scores.get("even").samples()).isEqualTo(even);
        assertThat(scores.get("third").samples()).isEqualTo(third);
    }

    /**
     * The second set is right where the first is, and in every fourth prompt besides; common noise cancels in the difference. Per
     * prompt that is -1/2 for half of those of the group even: a standard error of sqrt(100 / 4) / 2 / 200.
     */
    @Test
    void setsAreComparedSampleBySample() {
        var tallies = new ArrayList<PromptTally>();
        for (int p = 0; p < 200; p++) {
            int number = p;
            tallies.add(
                    tally(p, 2, (set, sample) -> (number + sample) % 2 == 0 || set == 1 && number % 4 == 0 ? 1 : 0, 4));
        }
        var scores = new PromptScores(COIN, tallies, RESAMPLES);
        var difference = scores.differences(2).get(PromptTally.pair(0, 1));
        assertThat(difference.samples()).isEqualTo(800);
        assertThat(difference.onlyFirst()).isZero();
        assertThat(difference.onlySecond()).isEqualTo(50 * 2);
        assertThat(difference.difference()).isCloseTo(-100 / 800.0, within(1e-12));
        double error = 0.5 * Math.sqrt(100 * 0.25) / 200;
        assertThat(difference.interval().low()).isCloseTo(-0.125 - 1.96 * error, within(0.2 * error));
        assertThat(difference.interval().high()).isCloseTo(-0.125 + 1.96 * error, within(0.2 * error));
    }

    @Test
    void tallyDoesNotDependOnTheOrderOfItsImages() {
        var images = new ArrayList<Measured>();
        var random = new CounterRandom(3);
        for (int set = 0; set < 3; set++) {
            for (int i = set; i < 40; i += 1 + set) {
                images.add(new Measured(set, i, new double[] {random.gaussian(set, i), Double.NaN}));
            }
        }
        var tally = PromptTally.of("p0", images, 3, 2);
        Collections.shuffle(images, new Random(4));
        var other = PromptTally.of("p0", images, 3, 2);
        for (int set = 0; set < 3; set++) {
            assertThat(other.sets().get(set).totals())
                    .isEqualTo(tally.sets().get(set).totals());
            assertThat(tally.sets().get(set).counts()[1]).isZero();
        }
        assertThat(other.pairs()).isEqualTo(tally.pairs());
        assertThat(tally.pairs().get(PromptTally.pair(0, 1)).samples()).isEqualTo(20);
        assertThat(tally.pairs().get(PromptTally.pair(1, 2)).samples()).isEqualTo(6);
    }

    private interface Value {
        double of(int set, int sample);
    }

    private static PromptTally tally(int prompt, int sets, Value value, int samples) {
        var images = new ArrayList<Measured>();
        for (int set = 0; set < sets; set++) {
            for (int sample = 0; sample < samples; sample++) {
                double heads = value.of(set, sample);
                images.add(new Measured(
                        set, 1000L * sample + prompt, new double[] {heads, prompt % 3 == 0 ? heads : Double.NaN}));
            }
        }
        return PromptTally.of("p" + prompt, images, sets, 2);
    }

    private static int number(String prompt) {
        return Integer.parseInt(prompt.substring(1));
    }
}
