package io.flowmap.app.study;

import io.flowmap.data.Conditions;
import io.flowmap.flow.Sampling;
import io.flowmap.flow.TimeGrid;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.TeacherGraph;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Trains and samples every row, and measures the samples: the {@link SlicedDistance} to exact samples of the data if the teacher is
 * unguided, otherwise to the guided teacher's flow, solved in many steps of Heun's method.
 */
public final class ToyStudy {
    private static final long START = 11;
    private static final long FRESH = 12;
    private static final long TARGET = 13;
    private static final long FLOOR = 14;
    private static final int HEUN_STEPS = 100;

    private final Toy2d toy;
    private final CounterRandom random;
    private final int count;

    public ToyStudy(Toy2d toy, CounterRandom random) {
        this.toy = toy;
        this.random = random;
        this.count = toy.samples() * Toy2d.CLASSES;
    }

    /**
     * Result of a row.
     *
     * @param points samples [2n] by number of steps, with alternating classes
     * @param distances by number of steps
     */
    public record Result(ToyRow row, List<double[]> points, List<Double> distances) {}

    /** Exact samples [2n], with alternating classes. */
    public double[] data() {
        return toy.draw(random, count, TARGET, 0);
    }

    /** Distance between two sets of exact samples of equal size: the value of a perfect sampler. */
    public double floor() {
        return distance(toy.draw(random, count, FLOOR, 0), data());
    }

    /** Results of all rows, computed in parallel on all processors; the results do not depend on their number. */
    public List<Result> results() {
        var targets = new TreeMap<ToyTeacher, double[]>();
        for (var teacher : ToyTeacher.values()) {
            targets.put(teacher, target(teacher));
        }
        var threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            var running = new ArrayList<Future<Result>>();
            for (var row : ToyRow.all(toy)) {
                running.add(threads.submit(() -> result(row, targets.get(row.teacher()))));
            }
            var results = new ArrayList<Result>();
            for (var future : running) {
                results.add(future.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("study of the plane interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("study of the plane failed", e.getCause());
        } finally {
            threads.shutdown();
        }
    }

    /** Result of one row, measured against a target [2n]. */
    Result result(ToyRow row, double[] target) {
        TeacherGraph field = row.objective() == null ? row.teacher().of(toy) : new ToyTraining(toy, row, random).run();
        var points = new ArrayList<double[]>();
        var distances = new ArrayList<Double>();
        try (var program = program(field)) {
            for (int steps : toy.sampledSteps()) {
                var x = Sampling.flowMap(
                        program, noise(START, 0), TimeGrid.uniform(steps), row.gamma(), step -> noise(FRESH, step));
                points.add(x.data().asDouble());
                distances.add(distance(points.get(points.size() - 1), target));
            }
        }
        return new Result(row, points, distances);
    }

    /** Samples of a guided teacher, which start from other noise than the rows' samples. */
    private double[] target(ToyTeacher teacher) {
        if (teacher == ToyTeacher.PLAIN) {
            return data();
        }
        try (var program = program(teacher.of(toy))) {
            return Sampling.heun(program, noise(TARGET, 0), HEUN_STEPS).data().asDouble();
        }
    }

    private FieldProgram program(TeacherGraph field) {
        var program = new FieldProgram(field, Toy2d.CONDITION, count, Toy2d.DIMENSIONS);
        program.condition(Conditions.classes(Toy2d.classes(count)), toy.guidance());
        return program;
    }

    private INDArray noise(long... key) {
        var values = new float[Toy2d.DIMENSIONS * count];
        random.gaussians(values, 0, values.length, key);
        return Nd4j.create(values, new long[] {count, Toy2d.DIMENSIONS}, 'c');
    }

    private double distance(double[] points, double[] target) {
        return SlicedDistance.between(points, target, Toy2d.CLASSES, toy.directions());
    }
}
