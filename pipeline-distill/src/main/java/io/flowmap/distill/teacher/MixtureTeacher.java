package io.flowmap.distill.teacher;

import io.flowmap.flow.GaussianMixtureFlow;
import io.flowmap.flow.NetworkField;
import io.flowmap.graph.Shapes;
import io.flowmap.model.TeacherGraph;
import io.flowmap.nn.Condition;
import io.flowmap.nn.ConditionShape;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The exact teacher of a mixture of isotropic Gaussians ({@link GaussianMixtureFlow}): of all the data or, if the components have
 * classes, of the data of one class.
 *
 * @param flow the mixture; its means have the elements of a sample in the graph's order
 * @param labels class of each component; empty if the mixture has no classes
 */
public record MixtureTeacher(GaussianMixtureFlow flow, List<Integer> labels) implements TeacherGraph {
    /** Log weight of components of other classes; it makes their posterior probability exactly 0. */
    private static final double EXCLUDED = -1e30;

    public MixtureTeacher {
        labels = List.copyOf(labels);
        if (!labels.isEmpty() && labels.size() != flow.weights().length) {
            throw new IllegalArgumentException("cannot build a mixture with classes: expected " + flow.weights().length
                    + " labels, got " + labels.size());
        }
    }

    @Override
    public Emitter in(Shapes shapes, DataType type) {
        int components = flow.weights().length;
        double[] variances = Arrays.stream(flow.deviations()).map(c -> c * c).toArray();
        double[] logs = Arrays.stream(flow.weights()).map(Math::log).toArray();
        return new Placed(
                shapes,
                type,
                constant(shapes, type, Nd4j.create(flow.means()).reshape(1, components, flow.means()[0].length)),
                constant(shapes, type, Nd4j.create(variances).reshape(1, components)),
                constant(shapes, type, Nd4j.create(logs).reshape(1, components)));
    }

    private static SDVariable constant(Shapes shapes, DataType type, INDArray values) {
        return shapes.graph().constant(values.castTo(type));
    }

    /** Means [1,K,D], variances [1,K] and log weights [1,K] in a graph. */
    private final class Placed implements Emitter {
        private final Shapes shapes;
        private final DataType type;
        private final SDVariable means;
        private final SDVariable variances;
        private final SDVariable logWeights;

        Placed(Shapes shapes, DataType type, SDVariable means, SDVariable variances, SDVariable logWeights) {
            this.shapes = shapes;
            this.type = type;
            this.means = means;
            this.variances = variances;
            this.logWeights = logWeights;
        }

        @Override
        public SDVariable velocity(NetworkField.Point p) {
            long[] shape = shapes.of(p.x());
            long n = shape[0];
            long d = shapes.of(means)[2];
            long k = shapes.of(means)[1];
            SDVariable t = reshape(p.t(), n, 1);
            SDVariable u = t.neg().add(1.0);
            SDVariable square = t.mul(t).add(u.mul(u).mul(variances)); // S_k^2, [N,K]
            SDVariable delta = reshape(p.x(), n, 1, d).sub(reshape(u, n, 1, 1).mul(means)); // [N,K,D]
            SDVariable posterior = posterior(
                    p.condition(), square, shapes.graph().math().square(delta).sum(false, 2));
            SDVariable slope = t.sub(u.mul(variances)).div(square);
            SDVariable each = delta.mul(reshape(slope, n, k, 1)).sub(means);
            return reshape(each.mul(reshape(posterior, n, k, 1)).sum(false, 1), shape);
        }

        /** Probabilities [N,K] of the components, given squared distances [N,K] from their means at t. */
        private SDVariable posterior(Condition condition, SDVariable square, SDVariable distance) {
            double half = 0.5 * flow.means()[0].length;
            SDVariable logs = logWeights
                    .sub(distance.div(square).mul(0.5))
                    .sub(shapes.graph().math().log(square).mul(half));
            if (!labels.isEmpty() && !condition.isEmpty()) {
                SDVariable classes = condition.get(ConditionShape.CLASS);
                logs = logs.add(shapes.graph().mmul(classes, exclusion(shapes.of(classes)[1])));
            }
            return shapes.graph().nn().softmax(logs, 1);
        }

        /** Log weights [L,K] by class: 0 if component k belongs to class l. The row for no class is all zeros and excludes nothing. */
        private SDVariable exclusion(long classes) {
            INDArray rows = Nd4j.create(DataType.DOUBLE, classes, labels.size());
            for (int l = 0; l < classes; l++) {
                for (int k = 0; k < labels.size(); k++) {
                    rows.putScalar(l, k, labels.get(k) == l ? 0 : EXCLUDED);
                }
            }
            return constant(shapes, type, rows);
        }

        private SDVariable reshape(SDVariable x, long... shape) {
            return shapes.graph().reshape(x, shape);
        }
    }
}
