package io.flowmap.distill.objective;

import io.flowmap.nn.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ops.impl.reduce.floating.SquaredNorm;

/** A training objective as a graph: what is differentiated, and the cotangent that makes its gradient the loss's. */
public sealed interface Objective permits AyfEmd, FlowMatching {
    /** Emits the objective into the graph of {@code terms}. */
    Residual apply(Terms terms);

    /**
     * The symbols that an objective is written in.
     *
     * @param scope graph of the student
     * @param x0 data [N,H,W,C]
     * @param z noise [N,H,W,C]
     * @param xt x_t = (1-t) x0 + t z
     * @param t source times [N]
     * @param s target times [N]; null of a velocity field
     * @param warmup r, weight of the tangent, a scalar [1]
     * @param velocity the teacher's guided velocity at (xt, t), a constant to every derivative; null without a teacher
     * @param field the student, F(x, t, s)
     */
    record Terms(
            Scope scope,
            SDVariable x0,
            SDVariable z,
            SDVariable xt,
            SDVariable t,
            SDVariable s,
            SDVariable warmup,
            SDVariable velocity,
            Field field) {

        long batch() {
            return scope.shapes().of(t)[0];
        }

        /** Numbers [N] in the shape that multiplies samples. */
        SDVariable perSample(SDVariable numbers) {
            long[] shape = new long[scope.shapes().of(xt).length];
            Arrays.fill(shape, 1);
            shape[0] = batch();
            return scope.graph().reshape(numbers, shape);
        }

        /** ||x||_2 of each sample over all its elements, [N,1,..]. */
        SDVariable norm(SDVariable x) {
            int rank = scope.shapes().of(x).length;
            int[] dimensions = IntStream.range(1, rank).toArray();
            var squares = new SquaredNorm(scope.graph(), x, true, dimensions);
            return scope.graph().math().sqrt(squares.outputVariable());
        }
    }

    /** The trained field as a function of its differentiable inputs; class and guidance weight are fixed. */
    interface Field {
        SDVariable at(SDVariable x, SDVariable t, SDVariable s);
    }

    /**
     * An objective's graph.
     *
     * @param output what depends on the parameters
     * @param cotangent dLoss/dOutput
     * @param norm ||g|| of each sample before any normalisation, [N,1,..]
     * @param monitors named values of interest, in tests and benchmarks
     */
    record Residual(SDVariable output, SDVariable cotangent, SDVariable norm, List<Monitor> monitors) {}

    /** A named value. */
    record Monitor(String name, SDVariable value) {}
}
