package io.flowmap.distill.objective;

import io.flowmap.flow.PerSample;
import io.flowmap.flow.TimePairs;
import io.flowmap.nn.Scope;
import io.flowmap.tensor.CounterRandom;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ops.impl.reduce.floating.SquaredNorm;

/**
 * A training objective: its graph (what is differentiated, and the cotangent that makes its gradient the loss's), how its
 * times are drawn, and which inputs it needs. Only {@link Residual#output} is differentiated: all else stands under a
 * stop-gradient.
 */
public sealed interface Objective extends Serializable
        permits AyfEmd,
                AyfLmd,
                BoffiEmd,
                BoffiLmd,
                Ctm,
                DiscreteConsistency,
                DiscreteFlowMap,
                FlowMatching,
                MeanFlow,
                MultistepConsistency,
                Scd,
                Sct,
                Shortcut,
                ShortcutDistillation {
    /** Emits the objective into the graph of {@code terms}. */
    Residual apply(Terms terms);

    /** Source and target time of a sample. */
    TimePairs.Pair draw(CounterRandom random, long stream, long sample);

    /** Whether v is a teacher's; else it is the sample's own z - x_0. */
    default boolean distils() {
        return true;
    }

    /** Whether the student is a flow map, not a velocity field. */
    default boolean trainsFlowMap() {
        return true;
    }

    /** r, weight of the tangent in a step; 1 where there is no warmup. */
    default double tangentWeight(long step) {
        return 1;
    }

    /** How the residual becomes a loss. */
    TangentNormalisation normalisation();

    /** The mean loss of residual norms ||g|| over samples of that many elements. */
    default double loss(float[] norms, int elements) {
        return normalisation().loss(norms);
    }

    /**
     * The symbols that an objective is written in.
     *
     * @param scope graph of the student
     * @param x0 data [N,...]
     * @param z noise [N,...]
     * @param xt x_t = (1-t) x0 + t z
     * @param t source times [N]
     * @param s target times [N]; null of a velocity field
     * @param warmup r, weight of the tangent, a scalar [1]
     * @param teacher its guided velocity; null without a teacher
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
            Teacher teacher,
            Field field) {

        long batch() {
            return scope.shapes().of(t)[0];
        }

        /** v at (x_t, t): the teacher's, or the sample's own. */
        SDVariable velocity() {
            return teacher == null ? sampleVelocity() : teacher.velocity(xt, t);
        }

        /** z - x_0, whose mean at (x_t, t) is the data's velocity. */
        SDVariable sampleVelocity() {
            return z.sub(x0);
        }

        /** F at the samples' own (x_t, t, s). */
        SDVariable fieldAtSample() {
            return field.at(xt, t, s);
        }

        /** {@code there} where s = t, {@code elsewhere} where not. */
        SDVariable onDiagonal(SDVariable there, SDVariable elsewhere) {
            SDVariable equal = scope.graph().eq(t, s).castTo(scope.type());
            return elsewhere.add(there.sub(elsewhere).mul(perSample(equal)));
        }

        /** Numbers [N] in the shape that multiplies samples. */
        SDVariable perSample(SDVariable numbers) {
            return PerSample.of(scope.shapes(), numbers, xt);
        }

        /** ||x||_2 of each sample over all its elements, [N,1,..]. */
        SDVariable norm(SDVariable x) {
            int rank = scope.shapes().of(x).length;
            int[] dimensions = IntStream.range(1, rank).toArray();
            var squares = new SquaredNorm(scope.graph(), x, true, dimensions);
            return scope.graph().math().sqrt(squares.outputVariable());
        }
    }

    /** The teacher as a function of its differentiable inputs; class and guidance weight are fixed. */
    interface Teacher {
        SDVariable velocity(SDVariable x, SDVariable t);
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
