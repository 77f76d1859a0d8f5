package io.flowmap.adversarial.discriminator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.adversarial.discriminator.AdversarialProgram.Vectors;
import io.flowmap.data.LatentShape;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.edm2.UNet;
import io.flowmap.nn.edm2.UNetConfig;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The program of both networks with augmentation and exact penalties, in float64 against central differences. */
class AdversarialProgramTest {
    private static final int BATCH = 2;
    private static final double H = 1e-6;
    private static final long[] SAMPLE = {3, 8, 8};
    private static final double GAMMA = 0.5;
    private static final CounterRandom RANDOM = new CounterRandom(9);

    private final UNet unet =
            new UNet(UNetConfig.of(8, List.of(1), 1, List.of(), 64), SAMPLE, ConditionShape.classes(2), true);
    private final Discriminator discriminator = new Discriminator(
            new DiscriminatorConfig(new LatentShape(3, 8, 8), ConditionShape.classes(2), 64, 6, 2, 1, 1, 0, 0.1, 0));
    private final Augmentation augmentation = new Augmentation(true, true, true);

    @Test
    void gradientsOfBothSidesMatchCentralDifferences() {
        var setup = new AdversarialProgram.Setup(
                new NetworkField(unet, NoiseLabel.TIME, 0.5),
                discriminator,
                new PenaltyConfig(PenaltyConfig.Type.EXACT, GAMMA, 1, 1),
                augmentation,
                SAMPLE,
                BATCH,
                DataType.DOUBLE);
        INDArray theta = drawn(unet.parameters(), 1);
        INDArray psi = drawn(discriminator.parameters(), 2);
        var gradients =
                new Vectors(Nd4j.create(DataType.DOUBLE, theta.length()), Nd4j.create(DataType.DOUBLE, psi.length()));
        var own = new ArrayList<INDArray>();
        try (var program = new AdversarialProgram(setup, new Vectors(theta, psi), gradients)) {
            Stream.of("x0", "z", "t", "guidance").map(program::input).forEach(own::add);
            own.add(program.condition(ConditionShape.CLASS));
            fill(program);
            program.run();
            INDArray student = gradients.student().dup();
            INDArray other = gradients.discriminator().dup();
            check(program, theta, student, direction(unet.parameters(), 3), AdversarialProgramTest::generatorLoss);
            check(
                    program,
                    psi,
                    other,
                    direction(discriminator.parameters(), 4),
                    AdversarialProgramTest::discriminatorLoss);
        }
        assertThat(own).as("arrays of a closed program").allMatch(INDArray::wasClosed);
        assertThat(List.of(theta, psi, gradients.student(), gradients.discriminator()))
                .noneMatch(INDArray::wasClosed);
    }

    private static void check(
            AdversarialProgram program,
            INDArray at,
            INDArray gradient,
            INDArray direction,
            ToDoubleFunction<AdversarialProgram> loss) {
        double along = gradient.mul(direction).sumNumber().doubleValue();
        at.addi(direction.mul(H));
        program.run();
        double plus = loss.applyAsDouble(program);
        at.subi(direction.mul(2 * H));
        program.run();
        double minus = loss.applyAsDouble(program);
        at.addi(direction.mul(H));
        assertThat(Math.abs(along)).isGreaterThan(1e-5);
        assertThat(along).isCloseTo((plus - minus) / (2 * H), within(1e-5 * Math.abs(along) + 1e-9));
    }

    private static double generatorLoss(AdversarialProgram program) {
        double sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += softplus(program.realLogits()[i] - program.fakeLogits()[i]) / BATCH;
        }
        return sum;
    }

    private static double discriminatorLoss(AdversarialProgram program) {
        double sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += softplus(program.fakeLogits()[i] - program.realLogits()[i]) / BATCH;
            sum += GAMMA / 2 * (program.realPenalties()[i] + program.fakePenalties()[i]) / BATCH;
        }
        return sum;
    }

    private static double softplus(double x) {
        return Math.log1p(Math.exp(x));
    }

    private void fill(AdversarialProgram program) {
        write(program.input("x0"), 11);
        write(program.input("z"), 12);
        program.input("t").putScalar(0, 1).putScalar(1, 0.4);
        program.input("guidance").assign(1.5);
        program.condition(ConditionShape.CLASS).putScalar(0, 1, 1).putScalar(1, 0, 1);
        for (var kind : List.of("real", "fake")) {
            augmentation
                    .draw(RANDOM, kind.length() + kind.charAt(0), kind, 5, BATCH, SAMPLE)
                    .forEach((name, values) -> {
                        var array = program.input(name);
                        array.assign(Nd4j.create(values, array.shape(), 'c'));
                    });
        }
    }

    /** Non-zero values for every array, including gains, so that every part of the network contributes. */
    private static INDArray drawn(FlatParameters parameters, long key) {
        INDArray flat = Nd4j.createFromArray(doubles(InitialParameters.draw(parameters, key)));
        return flat.addi(direction(parameters, 50 + key).mul(0.3));
    }

    private static INDArray direction(FlatParameters parameters, long key) {
        var values = new double[(int) parameters.length()];
        RANDOM.gaussians(values, 0, values.length, key);
        parameters.forEach((place, p, offset) -> {
            for (int i = (int) offset; i < offset + p.length() && !p.trained(); i++) {
                values[i] = 0;
            }
        });
        return Nd4j.createFromArray(values);
    }

    private static void write(INDArray array, long key) {
        var values = new double[(int) array.length()];
        RANDOM.gaussians(values, 0, values.length, key);
        array.assign(Nd4j.create(values, array.shape(), 'c'));
    }

    private static double[] doubles(float[] values) {
        var wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
