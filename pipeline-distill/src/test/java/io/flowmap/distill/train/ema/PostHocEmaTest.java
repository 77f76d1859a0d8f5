package io.flowmap.distill.train.ema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.distill.train.Configs;
import io.flowmap.distill.train.DrawnSamples;
import io.flowmap.distill.train.Faults;
import io.flowmap.distill.train.Faults.Kind;
import io.flowmap.distill.train.Sessions;
import io.flowmap.distill.train.SmallMlp;
import io.flowmap.distill.train.TrainedModel;
import io.flowmap.distill.train.Trainer;
import io.flowmap.distill.train.step.ObjectiveFactory;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.stage.Progress;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.Floats;
import io.flowmap.tensor.ParameterLayout;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostHocEmaTest {
    /** in_ofs and in_std of n averages, then ofs and std of m results, as in EDM2's code. */
    private static final Pattern NAME =
            Pattern.compile("posthoc_coeffs_in_ofs_([\\d._]+?)_std_([\\d._]+?)_out_([\\d._]+)\\.npy");

    private static final DrawnSamples DATA = new DrawnSamples(5, 40);
    private static final Faults SOUND = new Faults(3, Kind.NONE, 0);
    private static final Configuration HADOOP = new Configuration();

    @TempDir
    java.nio.file.Path dir;

    @Test
    @Tag("reference")
    void coefficientsMatchEdm2() throws IOException {
        var folder = Reference.require("ema");
        int cases = 0;
        try (var files = Files.list(folder)) {
            for (var file : files.sorted().toList()) {
                var name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    cases += compare(
                            numbers(name.group(1)),
                            numbers(name.group(2)),
                            numbers(name.group(3)),
                            Npy.read(file).values());
                }
            }
        }
        Reference.checked(folder, cases);
    }

    private static int compare(double[] ends, double[] stds, double[] wanted, double[] expected) {
        int results = wanted.length / 2;
        for (int k = 0; k < results; k++) {
            var column = new double[ends.length];
            for (int i = 0; i < column.length; i++) {
                column[i] = expected[i * results + k];
            }
            var profiles = new ArrayList<PowerProfile>();
            for (int i = 0; i < ends.length; i++) {
                profiles.add(new PowerProfile(ends[i], stds[i]));
            }
            var solved = PostHocWeights.solve(profiles, new PowerProfile(wanted[k], wanted[results + k]));
            assertThat(Reference.relativeToMaximum(solved.weights(), column)).isLessThan(1e-9);
        }
        return results;
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split("_")).mapToDouble(Double::parseDouble).toArray();
    }

    @Test
    void productOfProfilesIsTheirIntegral() {
        var shorter = new PowerProfile(30, 0.05);
        var longer = new PowerProfile(50, 0.12);
        double sum = 0;
        int n = 200_000;
        for (int i = 0; i < n; i++) {
            double t = 30 * (i + 0.5) / n;
            sum += density(shorter, t) * density(longer, t) * 30 / n;
        }
        assertThat(shorter.dot(longer)).isCloseTo(sum, within(1e-8 * sum));
        assertThat(longer.dot(shorter)).isEqualTo(shorter.dot(longer));
    }

    private static double density(PowerProfile profile, double t) {
        double gamma = new PowerEma(profile.std()).gamma();
        return (gamma + 1) / profile.end() * Math.pow(t / profile.end(), gamma);
    }

    @Test
    void aStoredWidthIsFoundAgain() {
        var stored = List.of(new PowerProfile(10, 0.05), new PowerProfile(20, 0.1), new PowerProfile(20, 0.05));
        var weights = PostHocWeights.solve(stored, new PowerProfile(20, 0.1));
        assertThat(weights.weights()).containsExactly(new double[] {0, 1, 0}, within(1e-12));
        assertThat(weights.error()).isLessThan(1e-6);
    }

    /** Parameters on a random walk; the average is computed as a plain weighted sum over all steps. */
    @Test
    void reconstructionNearsTheTrueAverageWithMoreSnapshots() {
        int steps = 1280;
        for (double std : new double[] {0.04, 0.07, 0.15}) {
            double[] errors = new double[4];
            for (int i = 0; i < errors.length; i++) {
                errors[i] = wander(steps, steps / (5 << i), std);
            }
            assertThat(errors[1]).isLessThan(errors[0]);
            assertThat(errors[2]).isLessThan(errors[1]);
            assertThat(errors[3]).isLessThan(errors[2]).isLessThan(0.02);
        }
    }

    /** Error of a reconstruction relative to the distance of the average from the last parameters. */
    private double wander(int steps, int every, double std) {
        var layout = ParameterLayout.of(Map.of("w", new long[] {64}));
        var training = new Path(dir.resolve(every + "-" + std).toUri());
        var store = CheckpointStore.open(HADOOP, new Path(training, "snapshots"));
        var tracked = new TreeMap<>(Map.of("ema-0.05", new float[64], "ema-0.1", new float[64]));
        var random = new CounterRandom(4);
        var parameters = new float[64];
        var truth = new double[64];
        double gamma = exponent(std);
        for (int step = 1; step <= steps; step++) {
            double weight = Math.pow((double) step / steps, gamma + 1) - Math.pow((step - 1.0) / steps, gamma + 1);
            for (int j = 0; j < 64; j++) {
                parameters[j] += (float) (0.05 * random.gaussian(step, j) + 0.01 * Math.cos(0.02 * step + j));
                truth[j] += weight * parameters[j];
            }
            int next = step;
            tracked.forEach((role, average) -> PowerEma.ofRole(role).update(average, Floats.of(parameters), next, 1));
            if (step % every == 0) {
                store.save(step, tracked, layout, Json.mapper().createObjectNode());
            }
        }
        var made = PostHocEma.open(HADOOP, training).reconstruct(List.of(std), Progress.log(Clock.systemUTC()));
        float[] average = made.vectors().get("ema-" + std);
        return distance(average, truth) / distance(parameters, truth);
    }

    /** gamma for a width, by bisection of std^2 = (gamma+1) / ((gamma+2)^2 (gamma+3)), which decreases with gamma. */
    private static double exponent(double std) {
        double low = 0;
        double high = 1e4;
        for (int i = 0; i < 200; i++) {
            double gamma = (low + high) / 2;
            boolean wide = (gamma + 1) / ((gamma + 2) * (gamma + 2) * (gamma + 3)) > std * std;
            low = wide ? gamma : low;
            high = wide ? high : gamma;
        }
        return low;
    }

    private static double distance(float[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < b.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    @Test
    void snapshotsOfATrainingGiveTheAverageThatItWouldHaveTracked() {
        String[] keys = {"steps=96", "average=parameters", "local-steps=2", "learning-rate.peak=3e-3"};
        var truth = train("tracked", SOUND, with(keys, "ema-stds=[0.07]"));
        train("snapshots", SOUND, with(keys, "ema-stds=[0.05,0.1]", "snapshot-every=3"));
        var made = reconstruct("snapshots", 0.07);
        assertThat(made.step()).isEqualTo(96);
        double[] expected = doubles(truth.vector("ema-0.07"));
        double error =
                distance(made.vectors().get("ema-0.07"), expected) / distance(truth.vector("parameters"), expected);
        assertThat(error).isLessThan(0.02);
    }

    @Test
    void interruptedTrainingHasTheSnapshotsOfAWholeOne() {
        var config = Configs.with("snapshot-every=4", "checkpoint-every=7");
        train("whole", SOUND, config);
        assertThatThrownBy(() -> train("cut", new Faults(3, Kind.BREAK, 13), config));
        train("cut", SOUND, config);
        var whole = snapshots("whole");
        var cut = snapshots("cut");
        assertThat(whole.steps()).containsExactly(4L, 8L, 12L, 16L, 20L, 24L);
        assertThat(cut.steps()).isEqualTo(whole.steps());
        for (long step : whole.steps()) {
            assertThat(cut.load(step).hash()).isEqualTo(whole.load(step).hash());
        }
    }

    @Test
    void snapshotsOfAbandonedStepsAreDropped() {
        var config = Configs.with("snapshot-every=1", "checkpoint-every=8", "guard.action=rollback", "guard.window=4");
        var bad = new Faults(3, Kind.NAN_SAMPLE, 11 * config.samplesPerStep());
        train("rolled", bad, config);
        train("again", bad, config);
        train("sound", SOUND, config);
        assertThat(snapshots("rolled").steps())
                .hasSize(24)
                .isEqualTo(snapshots("again").steps());
        assertThat(snapshots("rolled").load(8).hash())
                .isEqualTo(snapshots("sound").load(8).hash());
        assertThat(snapshots("rolled").load(9).hash())
                .isEqualTo(snapshots("again").load(9).hash())
                .isNotEqualTo(snapshots("sound").load(9).hash());
    }

    @Test
    void trainingWithoutSnapshotsIsTheUsersMistake() {
        train("none", SOUND, Configs.with("steps=1", "snapshot-every=0"));
        assertThatThrownBy(() -> reconstruct("none", 0.07))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected snapshots in");
    }

    private static TrainingConfig with(String[] keys, String... more) {
        return Configs.with(Stream.of(keys, more).flatMap(Arrays::stream).toArray(String[]::new));
    }

    private static double[] doubles(float[] values) {
        var doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }

    private CheckpointStore snapshots(String name) {
        return CheckpointStore.open(
                HADOOP, new Path(dir.resolve(name).resolve("snapshots").toUri()));
    }

    private PostHocEma.Reconstruction reconstruct(String name, double std) {
        return PostHocEma.open(HADOOP, new Path(dir.resolve(name).toUri()))
                .reconstruct(List.of(std), Progress.log(Clock.systemUTC()));
    }

    private TrainedModel train(String name, ObjectiveFactory objective, TrainingConfig config) {
        var context = Sessions.context(Sessions.open("local[2,3]"), "run.seed=3");
        var path = new Path(dir.resolve(name).toUri());
        return new Trainer(context, objective, DATA, config, path).train(() -> SmallMlp.initial(1), SmallMlp.LAYOUT);
    }
}
