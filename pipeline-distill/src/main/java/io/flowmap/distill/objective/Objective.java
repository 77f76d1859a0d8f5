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
 * A training objective: its graph (what is differentiated, and the cotangent that makes the result the gradient of the loss), the
 * distribution of its times, and the inputs it needs. Only {@link Residual#output} is differentiated; everything else is under a
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

    /** Draws source and target time of a sample. */
    TimePairs.Pair draw(CounterRandom random, long stream, long sample);

    /** Whether v comes from a teacher; if not, v is the sample's own z - x_0. */
    default boolean distils() {
        return true;
    }

    /** Whether the student is a flow map; if not, it is a velocity field. */
    default boolean trainsFlowMap() {
        return true;
    }

    /** r, weight of the tangent in a step; 1 without warmup. */
    default double tangentWeight(long step) {
        return 1;
    }

    /** Computes the loss from the residual. */
    TangentNormalisation normalisation();

    /** The mean loss, given residual norms ||g|| of samples with that many elements. */
    default double loss(float[] norms, int elements) {
        return normalisation().loss(norms);
    }

    /**
     * The variables that an objective is written in.
     *
     * @param scope graph of the student
     * @param x0 data [N,...]
     * @param z noise [N,...]
     * @param xt x_t = (1-t) x0 + t z
     * @param t source times [N]
     * @param s target times [N]; null for a velocity field
     * @param warmup r, weight of the tangent, a scalar [1]
     * @param teacher guided velocity of the teacher; null without a teacher
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

        /** v at (x_t, t): the teacher's velocity, or the sample's own z - x_0. */
        SDVariable velocity() {
            return teacher == null ? sampleVelocity() : teacher.velocity(xt, t);
        }

        /** z - x_0. Its mean at (x_t, t) is the velocity of the data. */
        SDVariable sampleVelocity() {
            return z.sub(x0);
        }

        /** F at the samples' own (x_t, t, s). */
        SDVariable fieldAtSample() {
            return field.at(xt, t, s);
        }

        /** {@code there} for samples with s = t, {@code elsewhere} for the others. */
        SDVariable onDiagonal(SDVariable there, SDVariable elsewhere) {
            SDVariable equal = scope.graph().eq(t, s).castTo(scope.type());
            return elsewhere.add(there.sub(elsewhere).mul(perSample(equal)));
        }

        /** Reshapes numbers [N] so that they multiply samples. */
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
     * The graph of an objective.
     *
     * @param output value that depends on the parameters
     * @param cotangent dLoss/dOutput
     * @param norm ||g|| of each sample before any normalisation, [N,1,..]
     * @param monitors named intermediate values, for tests and benchmarks
     */
    record Residual(SDVariable output, SDVariable cotangent, SDVariable norm, List<Monitor> monitors) {}

    /** A named intermediate value. */
    record Monitor(String name, SDVariable value) {}
}
