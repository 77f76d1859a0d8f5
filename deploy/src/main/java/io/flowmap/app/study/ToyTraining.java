package io.flowmap.app.study;

import io.flowmap.data.Conditions;
import io.flowmap.distill.objective.Objective;
import io.flowmap.distill.train.step.Adam;
import io.flowmap.distill.train.step.AdamConfig;
import io.flowmap.distill.train.step.StudentProgram;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.FrozenField;
import io.flowmap.model.TeacherGraph;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.mlp.PointNetwork;
import io.flowmap.tensor.CounterRandom;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Trains one student on points, in memory, with the programs of the pipeline but without Spark. All rows see the same samples. */
final class ToyTraining {
    private static final long DATA = 1;
    private static final long NOISE = 2;
    private static final long TIME = 3;

    private final Toy2d toy;
    private final ToyRow row;
    private final CounterRandom random;
    private final NetworkField student;

    ToyTraining(Toy2d toy, ToyRow row, CounterRandom random) {
        this.toy = toy;
        this.row = row;
        this.random = random;
        var network = new PointNetwork(
                Toy2d.DIMENSIONS, Toy2d.CONDITION, row.objective().trainsFlowMap(), toy.hidden());
        this.student = new NetworkField(network, NoiseLabel.TIME, Toy2d.SIGMA_DATA);
    }

    /** The trained student. */
    FrozenField run() {
        float[] parameters = InitialParameters.draw(student.network().parameters(), random.seed());
        INDArray flat = Nd4j.create(parameters, new long[] {parameters.length}, 'c');
        INDArray gradient = Nd4j.zeros(DataType.FLOAT, parameters.length);
        var adam = new Adam(new AdamConfig(0.9, 0.99, 1e-8));
        var first = new float[parameters.length];
        var second = new float[parameters.length];
        try (var program = new StudentProgram(setup(), flat, gradient)) {
            for (int step = 0; step < toy.steps(); step++) {
                fill(program, step);
                program.run();
                double rate = toy.learningRate() * Math.min(1, 2.0 * (toy.steps() - step) / toy.steps());
                adam.update(parameters, gradient.data().asFloat(), first, second, step, rate);
                flat.data().setData(parameters);
            }
        }
        return new FrozenField(
                "student", student, student.network().parameters().arrays(parameters));
    }

    private StudentProgram.Setup setup() {
        TeacherGraph teacher = row.objective().distils() ? row.teacher().of(toy) : null;
        return new StudentProgram.Setup(
                student, row.objective(), teacher, new long[] {Toy2d.DIMENSIONS}, toy.batch(), DataType.FLOAT, false);
    }

    private void fill(StudentProgram program, long step) {
        Objective objective = row.objective();
        int n = toy.batch();
        long firstSample = step * n;
        double[] data = toy.draw(random, n, DATA, firstSample);
        set(program, "x0", data.length, i -> data[i]);
        var noise = new double[data.length];
        random.gaussians(noise, 0, noise.length, NOISE, step);
        set(program, "z", noise.length, i -> noise[i]);
        var pairs = new TimePairs.Pair[n];
        Arrays.setAll(pairs, i -> objective.draw(random, TIME, firstSample + i));
        set(program, "t", n, i -> pairs[i].t());
        var classes = Conditions.classes(Toy2d.classes(n));
        program.condition(ConditionShape.CLASS)
                .data()
                .setData(classes.array(ConditionShape.CLASS, Toy2d.CONDITION, i -> false));
        if (objective.trainsFlowMap()) {
            set(program, "s", n, i -> pairs[i].s());
            set(program, "guidance", n, i -> toy.guidance());
            set(program, "warmup", 1, i -> objective.tangentWeight(step));
        }
    }

    private static void set(StudentProgram program, String name, int length, IntToDoubleFunction value) {
        var values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) value.applyAsDouble(i);
        }
        program.input(name).data().setData(values);
    }
}
