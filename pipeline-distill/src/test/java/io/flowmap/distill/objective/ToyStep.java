package io.flowmap.distill.objective;

import io.flowmap.distill.train.step.StudentProgram;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.TeacherGraph;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.mlp.PointNetwork;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One step of an objective on points in a plane in float64: a small network, fixed data and noise. */
final class ToyStep implements AutoCloseable {
    static final int DIMENSIONS = 2;
    static final double[] TIMES = {0.95, 0.7, 0.5, 0.3, 0.1};
    static final int BATCH = TIMES.length;

    private final INDArray parameters;
    private final INDArray gradient;
    private final StudentProgram program;

    /** A step with the given target times and r = 1. */
    ToyStep(Objective objective, TeacherGraph teacher, double... targets) {
        var network = new PointNetwork(DIMENSIONS, ConditionShape.NONE, true, List.of(7, 6));
        int length = (int) network.parameters().length();
        parameters = normal(new Random(11), length).muli(0.6);
        gradient = Nd4j.create(DataType.DOUBLE, length);
        var setup = new StudentProgram.Setup(
                new NetworkField(network, NoiseLabel.TIME, 0.5),
                objective,
                objective.distils() ? teacher : null,
                new long[] {DIMENSIONS},
                BATCH,
                DataType.DOUBLE,
                true);
        program = new StudentProgram(setup, parameters, gradient);
        program.input("x0").assign(data());
        program.input("z").assign(noise());
        program.input("t").assign(Nd4j.createFromArray(TIMES));
        program.input("s").assign(Nd4j.createFromArray(targets));
        program.input("guidance").assign(1.7);
        program.input("warmup").assign(1);
    }

    static INDArray data() {
        return normal(new Random(12), BATCH, DIMENSIONS).muli(0.5);
    }

    static INDArray noise() {
        return normal(new Random(13), BATCH, DIMENSIONS);
    }

    /** Target times: the source times, scaled. */
    static double[] scaled(double factor) {
        double[] targets = TIMES.clone();
        for (int i = 0; i < targets.length; i++) {
            targets[i] *= factor;
        }
        return targets;
    }

    static INDArray normal(Random random, long... shape) {
        INDArray array = Nd4j.create(DataType.DOUBLE, shape);
        for (long i = 0; i < array.length(); i++) {
            array.putScalar(i, random.nextGaussian());
        }
        return array;
    }

    /** The parameter gradient [P]. */
    static INDArray gradient(Objective objective, TeacherGraph teacher, double... targets) {
        try (var step = new ToyStep(objective, teacher, targets)) {
            return step.gradient();
        }
    }

    INDArray gradient() {
        program.run();
        return gradient.dup();
    }

    /** mean_b ||g||^2 with the parameters shifted along a direction. */
    double squaredResidual(INDArray direction, double distance) {
        parameters.addi(direction.mul(distance));
        program.run();
        parameters.subi(direction.mul(distance));
        INDArray g = program.monitor("residual");
        return g.mul(g).sumNumber().doubleValue() / BATCH;
    }

    int length() {
        return (int) parameters.length();
    }

    @Override
    public void close() {
        program.close();
    }
}
