package io.flowmap.distill.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.distill.teacher.Autoguidance;
import io.flowmap.distill.train.step.StudentProgram;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.FrozenField;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.edm2.UNet;
import io.flowmap.nn.edm2.UNetConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The compiled program on a small RGB network with attention, in float64. */
class StudentProgramTest {
    private static final int BATCH = 3;
    private static final double NORMALISATION = 0.1;

    private final UNetConfig config = UNetConfig.of(8, List.of(1, 2), 1, List.of(4), 8);
    private final AyfEmd emd =
            new AyfEmd(new TimePairs(0, 1), new TangentNormalisation(NORMALISATION), new TangentWarmup(1, 0));
    private final UNet teacher = unet(false);
    private final UNet student = unet(true);
    private final Autoguidance guided = new Autoguidance(model("main", 1), model("weak", 2));

    private UNet unet(boolean flowMap) {
        return new UNet(config, new long[] {3, 8, 8}, ConditionShape.classes(4), flowMap);
    }

    private NetworkField field(UNet network) {
        return new NetworkField(network, NoiseLabel.TIME, 0.5);
    }

    /** A teacher with non-zero gains. */
    private FrozenField model(String name, long seed) {
        var arrays = teacher.parameters().views(flat(teacher, seed, 0.7));
        return new FrozenField(name, field(teacher), arrays);
    }

    private static INDArray flat(UNet network, long seed, double gain) {
        float[] values = InitialParameters.draw(network.parameters(), seed);
        network.parameters().forEach((place, p, offset) -> {
            if (p.kind() == Parameter.Kind.GAIN) {
                values[(int) offset] = (float) gain;
            }
        });
        return Nd4j.createFromArray(values).castTo(DataType.DOUBLE);
    }

    private StudentProgram program(INDArray parameters, INDArray gradient) {
        var setup = new StudentProgram.Setup(
                field(student), emd, guided, new long[] {3, 8, 8}, BATCH, DataType.DOUBLE, true);
        var program = new StudentProgram(setup, parameters, gradient);
        var random = new Random(5);
        for (String image : List.of("x0", "z")) {
            program.input(image).assign(normal(random, program.input(image).shape()));
        }
        program.input("t").assign(Nd4j.createFromArray(0.9, 0.5, 0.3));
        program.input("s").assign(Nd4j.createFromArray(0.2, 0.0, 0.25));
        program.input("guidance").assign(Nd4j.createFromArray(1.0, 1.0, 1.0));
        program.input("warmup").assign(0.8);
        program.condition(ConditionShape.CLASS).putScalar(0, 2, 1).putScalar(1, 0, 1);
        return program;
    }

    private static INDArray normal(Random random, long... dimensions) {
        INDArray array = Nd4j.create(DataType.DOUBLE, dimensions);
        for (long i = 0; i < array.length(); i++) {
            array.putScalar(i, random.nextGaussian());
        }
        return array;
    }

    @Test
    void gradientMatchesCentralDifferenceOfTheFieldAgainstTheFixedTarget() {
        INDArray parameters = flat(student, 3, 0.4);
        INDArray gradient = Nd4j.create(DataType.DOUBLE, parameters.length());
        try (StudentProgram program = program(parameters, gradient)) {
            program.run();
            INDArray g = program.monitor("residual").dup();
            INDArray unit = g.dup();
            for (int i = 0; i < BATCH; i++) {
                unit.slice(i).divi(g.slice(i).norm2Number().doubleValue() + NORMALISATION);
            }
            INDArray direction = direction(parameters);
            double along = gradient.mul(direction).sumNumber().doubleValue();
            double h = 1e-5;
            INDArray base = parameters.dup();
            parameters.assign(base.add(direction.mul(h)));
            program.run();
            INDArray plus = program.monitor("field").dup();
            parameters.assign(base.sub(direction.mul(h)));
            program.run();
            INDArray slope = plus.sub(program.monitor("field")).div(2 * h);
            double expected = -2.0 / BATCH * slope.mul(unit).sumNumber().doubleValue();
            assertThat(along).isCloseTo(expected, within(1e-7 * Math.abs(expected)));
        }
    }

    /** The gradient along every trained parameter; fixed arrays have no gradient. */
    private INDArray direction(INDArray parameters) {
        INDArray direction = normal(new Random(9), parameters.length());
        long offset = 0;
        for (Parameter p : student.parameters()) {
            if (!p.trained()) {
                direction
                        .get(NDArrayIndex.interval(offset, offset + p.length()))
                        .assign(0);
            }
            offset += p.length();
        }
        return direction;
    }

    /** With zero gains in the new embeddings, the student equals the unguided velocity for any s and lambda. */
    @Test
    void studentStartsAsTheTeacher() {
        INDArray parameters = flat(student, 1, 0.7);
        long offset = 0;
        for (Parameter p : student.parameters()) {
            if (p.name().equals("emb_target.gain") || p.name().equals("emb_guidance.gain")) {
                parameters.putScalar(offset, 0);
            }
            offset += p.length();
        }
        try (StudentProgram program = program(parameters, Nd4j.create(DataType.DOUBLE, parameters.length()))) {
            program.run();
            double difference = program.monitor("field")
                    .sub(program.monitor("velocity"))
                    .amaxNumber()
                    .doubleValue();
            assertThat(difference).isLessThan(1e-12);
        }
    }

    @Test
    void aClosedProgramFreesOnlyItsOwnArrays() {
        INDArray parameters = flat(student, 3, 0.4);
        INDArray gradient = Nd4j.create(DataType.DOUBLE, parameters.length());
        var own = new ArrayList<INDArray>();
        try (StudentProgram program = program(parameters, gradient)) {
            program.run();
            Stream.of("x0", "z", "t", "s", "guidance", "warmup")
                    .map(program::input)
                    .forEach(own::add);
            own.add(program.condition(ConditionShape.CLASS));
            Stream.of("residual", "field", "velocity").map(program::monitor).forEach(own::add);
        }
        assertThat(own).allMatch(INDArray::wasClosed);
        assertThat(List.of(parameters, gradient)).noneMatch(INDArray::wasClosed);
    }

    @Test
    void runsRepeatBitForBit() {
        INDArray parameters = flat(student, 3, 0.4);
        INDArray gradient = Nd4j.create(DataType.DOUBLE, parameters.length());
        try (StudentProgram program = program(parameters, gradient)) {
            program.run();
            INDArray first = gradient.dup();
            program.run();
            assertThat(gradient).isEqualTo(first);
        }
    }
}
