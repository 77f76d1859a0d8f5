package io.flowmap.adversarial.discriminator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.adversarial.discriminator.PenaltyConfig.Type;
import io.flowmap.data.LatentShape;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.ConditionShape;
import io.flowmap.tensor.CounterRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Losses, penalties and their gradients for discriminators of several shapes, against central differences in float64. */
class GameTest {
    private static final double H = 1e-6;
    private static final int BATCH = 4;

    private static final CounterRandom RANDOM = new CounterRandom(5);

    private static Discriminator discriminator(LatentShape shape, int classes, double clamp) {
        return new Discriminator(
                new DiscriminatorConfig(shape, ConditionShape.classes(classes), 64, 6, 2, 2, 2, 5, 0.1, clamp));
    }

    @ParameterizedTest
    @CsvSource({"1,8,8,3,EXACT,0", "4,12,8,0,EXACT,0", "2,28,28,2,EXACT,0.4", "3,16,8,2,DIFFERENCE,0"})
    void discriminatorGradientMatchesCentralDifferences(
            int channels, int height, int width, int classes, Type type, double clamp) {
        var discriminator = discriminator(new LatentShape(channels, height, width), classes, clamp);
        var weights = weights(discriminator);
        var penalty = new PenaltyConfig(type, 0.7, 3, 0.05);
        var g = graph(discriminator, weights, 1);
        var noise = new Game.Noise(sample(g, "realNoise", 21), sample(g, "fakeNoise", 22));
        var game = Game.of(g.shapes, g.players, penalty, noise);
        var gradients = g.values(List.copyOf(
                Vjp.of(g.shapes, game.discriminatorCotangents(), g.parameters()).values()));
        int k = 0;
        for (var p : discriminator.parameters()) {
            double[] direction = gaussians((int) p.length(), 40 + k);
            double along = 0;
            for (int i = 0; i < direction.length; i++) {
                along += direction[i] * gradients.get(k)[i];
            }
            INDArray array = weights.get(p.name());
            INDArray step = Nd4j.create(direction, p.shape(), 'c').mul(H);
            array.addi(step);
            double plus = loss(g, game, penalty);
            array.subi(step.mul(2));
            double minus = loss(g, game, penalty);
            array.addi(step);
            assertThat(along).as(p.name()).isCloseTo((plus - minus) / (2 * H), within(2e-6 * (1 + Math.abs(along))));
            k++;
        }
    }

    /** L_D + weight/2 (R1 + R2) for a step with penalties. */
    private static double loss(GameGraph g, Game game, PenaltyConfig penalty) {
        var values = g.values(List.of(
                game.loss().discriminator(),
                game.realPenalty().size(),
                game.fakePenalty().size()));
        return mean(values.get(0))
                + penalty.gamma() * penalty.every() / 2 * (mean(values.get(1)) + mean(values.get(2)));
    }

    @Test
    void penaltyIsTheSquareOfTheGradientThroughTheWholeBatch() {
        var discriminator = discriminator(new LatentShape(1, 8, 8), 0, 0);
        var g = graph(discriminator, weights(discriminator), 1);
        var game = Game.of(g.shapes, g.players, new PenaltyConfig(Type.EXACT, 1, 1, 1), null);
        double[] size = g.value(game.realPenalty().size());
        INDArray real = g.inputs.array("real");
        for (int b : new int[] {1, 2}) {
            double squares = 0;
            for (int i = 0; i < 64; i++) {
                long at = b * 64L + i;
                double before = real.getDouble(at);
                real.data().put(at, before + H);
                double plus = sum(g.value(game.loss().real()));
                real.data().put(at, before - H);
                double minus = sum(g.value(game.loss().real()));
                real.data().put(at, before);
                squares += Math.pow((plus - minus) / (2 * H), 2);
            }
            assertThat(size[b]).isCloseTo(squares, within(1e-6 * (1 + squares)));
        }
    }

    /**
     * For a linear discriminator, the mean of the difference penalty over directions equals the exact penalty. Ours is linear between
     * the kinks of ReLU.
     */
    @Test
    void differencesTendToTheExactPenalty() {
        var discriminator = new Discriminator(
                new DiscriminatorConfig(new LatentShape(1, 8, 8), ConditionShape.NONE, 64, 6, 2, 0, 2, 5, 0.1, 0));
        var g = graph(discriminator, weights(discriminator), 1);
        var noise = new Game.Noise(sample(g, "realNoise", 21), sample(g, "fakeNoise", 22));
        var exact = Game.of(g.shapes, g.players, new PenaltyConfig(Type.EXACT, 1, 1, 1), null);
        var difference = Game.of(g.shapes, g.players, new PenaltyConfig(Type.DIFFERENCE, 1, 1, 1e-6), noise);
        double expected = mean(g.value(exact.realPenalty().size()));
        double sum = 0;
        int draws = 400;
        for (int draw = 0; draw < draws; draw++) {
            fill(g.inputs.array("realNoise"), 1000 + draw);
            sum += mean(g.value(difference.realPenalty().size()));
        }
        // the square for one direction has standard deviation sqrt(2) times its mean; averaged over 4 samples and 400
        // draws
        assertThat(sum / draws).isCloseTo(expected, within(4 * expected * Math.sqrt(2.0 / (BATCH * draws))));
    }

    @Test
    void aLazyPenaltyIsWeightedByItsPeriod() {
        var penalty = new PenaltyConfig(Type.EXACT, 0.5, 16, 1);
        assertThat(penalty.weight()).isEqualTo(8);
        assertThat(penalty.at(32)).isTrue();
        assertThat(penalty.at(33)).isFalse();
        assertThat(new PenaltyConfig(Type.EXACT, 0, 1, 1).at(0)).isFalse();
    }

    @Test
    void levelsHalveDownToFourOrTheLastEvenSide() {
        assertThat(discriminator(new LatentShape(1, 32, 32), 0, 0).config().levels())
                .containsExactly(32, 16, 8, 4);
        assertThat(discriminator(new LatentShape(1, 28, 28), 0, 0).config().levels())
                .containsExactly(28, 14, 7);
        assertThatThrownBy(() -> discriminator(new LatentShape(1, 9, 8), 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected images whose sides are even and at least 8");
    }

    @Test
    void aBatchThatCannotBeGroupedIsRefused() {
        var config = new DiscriminatorConfig(new LatentShape(1, 8, 8), ConditionShape.NONE, 64, 6, 3, 1, 2, 5, 0.1, 0);
        var discriminator = new Discriminator(config);
        assertThatThrownBy(() -> {
                    var g = graph(discriminator, weights(discriminator), 1);
                    Game.of(g.shapes, g.players, null, null);
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a batch divisible by discriminator.group-size = 3, got 4");
    }

    private static GameGraph graph(Discriminator discriminator, Map<String, INDArray> weights, long key) {
        var g = new GameGraph(discriminator, weights, BATCH);
        fill(g.inputs.array("real"), 10 * key);
        fill(g.inputs.array("fake"), 10 * key + 1);
        if (!g.condition.isEmpty()) {
            for (int i = 0; i < BATCH; i++) {
                g.inputs
                        .condition(ConditionShape.CLASS)
                        .putScalar(i, i % discriminator.config().condition().classes(), 1);
            }
        }
        return g;
    }

    private static org.nd4j.autodiff.samediff.SDVariable sample(GameGraph g, String name, long key) {
        var sample = g.inputs.add(name, g.shapes.of(g.real));
        fill(g.inputs.array(name), key);
        return sample;
    }

    private static void fill(INDArray array, long key) {
        array.assign(Nd4j.create(gaussians((int) array.length(), key), array.shape(), 'c'));
    }

    private static Map<String, INDArray> weights(Discriminator discriminator) {
        float[] flat = discriminator.initial(3);
        var weights = new LinkedHashMap<String, INDArray>();
        int offset = 0;
        for (var p : discriminator.parameters()) {
            double[] values = new double[(int) p.length()];
            for (int i = 0; i < values.length; i++) {
                values[i] = flat[offset + i];
            }
            var array = Nd4j.create(values, p.shape(), 'c').castTo(DataType.DOUBLE);
            // biases start at zero, where padding puts the gradient on a kink
            weights.put(p.name(), p.name().endsWith(".bias") ? biased(array, offset) : array);
            offset += values.length;
        }
        return weights;
    }

    private static INDArray biased(INDArray array, int offset) {
        return array.addi(Nd4j.create(gaussians((int) array.length(), 7000 + offset), array.shape(), 'c'))
                .muli(0.3);
    }

    private static double[] gaussians(int length, long key) {
        var values = new double[length];
        RANDOM.gaussians(values, 0, length, key);
        return values;
    }

    private static double mean(double[] values) {
        return sum(values) / values.length;
    }

    private static double sum(double[] values) {
        return java.util.Arrays.stream(values).sum();
    }
}
