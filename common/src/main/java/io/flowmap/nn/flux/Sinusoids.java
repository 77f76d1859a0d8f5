package io.flowmap.nn.flux;

import io.flowmap.nn.Scope;
import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Sines and cosines of times and of the positions of tokens. */
final class Sinusoids {
    private static final int FREQUENCIES = 128;
    private static final double LONGEST_PERIOD = 10_000;
    private static final double TIME_FACTOR = 1000;

    private final Scope scope;
    private final SameDiff graph;

    Sinusoids(Scope scope) {
        this.scope = scope;
        this.graph = scope.graph();
    }

    /** (cos, sin)(1000 a w_k), w_k = 10000^(-k/128), [N,256] for a [N]; in float64 whatever the scope's type, as angles reach 1000 and more. */
    SDVariable of(SDVariable a) {
        double[] frequencies = new double[FREQUENCIES];
        for (int k = 0; k < FREQUENCIES; k++) {
            frequencies[k] = TIME_FACTOR * Math.pow(LONGEST_PERIOD, -(double) k / FREQUENCIES);
        }
        SDVariable column = cast(scope.reshape(a, scope.shape(a)[0], 1), DataType.DOUBLE);
        SDVariable angles = column.mul(graph.constant(Nd4j.create(frequencies, new long[] {1, FREQUENCIES}, 'c')));
        SDVariable waves =
                graph.concat(1, graph.math().cos(angles), graph.math().sin(angles));
        return cast(waves, scope.type());
    }

    private static SDVariable cast(SDVariable x, DataType type) {
        return x.dataType() == type ? x : x.castTo(type);
    }

    /**
     * Rotations of the pairs of neighbouring channels by each token's angles (Su et al. 2021, RoPE).
     *
     * @param cos cosine of each channel's angle, [1,tokens,D]
     * @param turn matrix [D,D] that turns every pair (x, y) to (-y, x)
     */
    record Rotation(SDVariable cos, SDVariable sin, SDVariable turn) {}

    /**
     * The rotation for tokens at these positions, one after the other. The angles are position_a theta^(-2k/d_a), the axes a one after the
     * other, each angle for one pair of channels.
     */
    Rotation rotation(FluxConfig config, double[][]... positions) {
        double[][] all = Arrays.stream(positions).flatMap(Arrays::stream).toArray(double[][]::new);
        int d = config.headSize();
        double[] cos = new double[all.length * d];
        double[] sin = new double[cos.length];
        int at = 0;
        for (double[] position : all) {
            for (int axis = 0; axis < position.length; axis++) {
                int size = config.axesDim().get(axis);
                for (int c = 0; c < size; c++) {
                    double angle = position[axis] * Math.pow(config.theta(), -(double) (c - c % 2) / size);
                    cos[at] = Math.cos(angle);
                    sin[at++] = Math.sin(angle);
                }
            }
        }
        double[] turn = new double[d * d];
        for (int c = 0; c < d; c += 2) {
            turn[(c + 1) * d + c] = -1;
            turn[c * d + c + 1] = 1;
        }
        return new Rotation(constant(cos, 1, all.length, d), constant(sin, 1, all.length, d), constant(turn, d, d));
    }

    private SDVariable constant(double[] values, long... shape) {
        return graph.constant(Nd4j.create(values, shape, 'c').castTo(scope.type()));
    }

    /** (x, y) -> (cos x - sin y, sin x + cos y) for every pair of channels of x [N*H,tokens,D]. */
    SDVariable rotated(SDVariable x, Rotation rotation) {
        long[] shape = scope.shape(x);
        SDVariable rows = scope.reshape(x, shape[0] * shape[1], shape[2]);
        SDVariable turned = scope.reshape(graph.mmul(rows, rotation.turn()), shape);
        return x.mul(rotation.cos()).add(turned.mul(rotation.sin()));
    }
}
