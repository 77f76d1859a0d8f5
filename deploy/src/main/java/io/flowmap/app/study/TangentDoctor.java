package io.flowmap.app.study;

import io.flowmap.data.Conditions;
import io.flowmap.model.NetworkSpec;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Examines the derivative dF/dt of AYF Eq. 4 block by block: along the network's own trajectory dx/dt = F(x,t,t) from noise, it
 * computes the derivative of every block's output along (dx, dt, ds) = (F(x,t,t), 1, 0). It does so in the arithmetic of training
 * (float32) and in float64, and compares both with central differences of fourth order in float64. A flow map is differentiated at s =
 * 0, its longest interval.
 */
public final class TangentDoctor implements AutoCloseable {
    /**
     * Step of the differences at t = 1/2. It shrinks with t (1-t), the scale on which ln(t/(1-t)) changes, and is small against the
     * periods of embedded times, 2 pi / 1000 for FLUX.
     */
    private static final double STEP = 1e-5;

    /** A derivative below this share of the value per unit of time counts as zero. */
    private static final double NOTHING = 1e-3;

    private final TangentProgram narrow;
    private final TangentProgram wide;
    private final boolean flowMap;
    private final long[] shape;

    /**
     * @param arrays arrays of the network by name
     * @param samples batch size
     * @param guidance guidance weight given to a flow map
     */
    public TangentDoctor(NetworkSpec spec, Map<String, INDArray> arrays, int samples, double guidance) {
        narrow = new TangentProgram(spec, arrays, samples, DataType.FLOAT);
        wide = new TangentProgram(spec, arrays, samples, DataType.DOUBLE);
        var conditions = Conditions.allocate(samples, spec.condition());
        conditions.copy(Conditions.inTurn(spec.condition().classes(), 0, samples), 0, 0, samples);
        narrow.condition(conditions, guidance);
        wide.condition(conditions, guidance);
        flowMap = spec.network().isFlowMap();
        shape = new long[spec.sample().length + 1];
        shape[0] = samples;
        System.arraycopy(spec.sample(), 0, shape, 1, spec.sample().length);
    }

    /**
     * A block's derivative at one time.
     *
     * @param norm root mean square of the JVP in float64 over samples and elements
     * @param error error of float32: ||JVP - differences|| / max(||differences||, ||block|| / 1000); the maximum treats smaller
     *     derivatives as zero
     * @param exact the same for float64
     */
    public record Reading(String block, double t, double norm, double error, double exact) {}

    /**
     * Readings by time, then by block in the network's order.
     *
     * @param times in (0, 1)
     * @param steps Euler steps of the trajectory from t = 1 to 0
     */
    public List<Reading> readings(List<Double> times, int steps, CounterRandom random) {
        var values = new double[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        random.gaussians(values, 0, values.length, 0);
        INDArray x = Nd4j.create(values, shape, 'c');
        var readings = new ArrayList<Reading>();
        double t = 1;
        for (double next : times.stream().sorted((a, b) -> Double.compare(b, a)).toList()) {
            x = follow(x, t, next, steps);
            t = next;
            readings.addAll(readings(x, t));
        }
        return readings;
    }

    /** Euler steps from t to next. */
    private INDArray follow(INDArray x, double t, double next, int steps) {
        int n = Math.max(1, (int) Math.ceil((t - next) * steps));
        INDArray at = x;
        for (int i = 0; i < n; i++) {
            double time = t + (next - t) * i / n;
            at = at.add(velocity(at, time).mul((next - t) / n));
        }
        return at;
    }

    private INDArray velocity(INDArray x, double t) {
        wide.run(x, x, t, t);
        return wide.values().get(TangentProgram.FIELD).dup();
    }

    private List<Reading> readings(INDArray x, double t) {
        INDArray xDot = velocity(x, t);
        double s = flowMap ? 0 : t;
        Map<String, INDArray> differences = differences(x, xDot, t, s);
        wide.run(x, xDot, t, s);
        narrow.run(x, xDot, t, s);
        var readings = new ArrayList<Reading>();
        differences.forEach((block, difference) -> {
            double size = norm(difference);
            double scale = Math.max(size, NOTHING * norm(wide.values().get(block)));
            readings.add(new Reading(
                    block,
                    t,
                    norm(wide.tangents().get(block)) / Math.sqrt(difference.length()),
                    error(narrow.tangents().get(block), difference, scale),
                    error(wide.tangents().get(block), difference, scale)));
        });
        return readings;
    }

    /** (8 (y(h) - y(-h)) - (y(2h) - y(-2h))) / 12h of every block. */
    private Map<String, INDArray> differences(INDArray x, INDArray xDot, double t, double s) {
        double h = STEP * 4 * t * (1 - t);
        var sums = new LinkedHashMap<String, INDArray>();
        for (int k : new int[] {-2, -1, 1, 2}) {
            double weight = (Math.abs(k) == 1 ? 8.0 : -1.0) * Integer.signum(k) / (12 * h);
            // a velocity field's s is not read
            wide.run(x.add(xDot.mul(k * h)), xDot, t + k * h, s);
            wide.values().forEach((block, y) -> sums.merge(block, y.mul(weight), INDArray::addi));
        }
        return sums;
    }

    private static double error(INDArray tangent, INDArray difference, double scale) {
        double distance = norm(tangent.castTo(DataType.DOUBLE).sub(difference));
        return distance == 0 ? 0 : distance / scale;
    }

    private static double norm(INDArray x) {
        return x.norm2Number().doubleValue();
    }

    @Override
    public void close() {
        narrow.close();
        wide.close();
    }
}
