package io.flowmap.graph;

import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Rule of an op that has a shape but no derivative.
 *
 * @param shapeOf shape of its output
 * @param advice what to do instead, for the message
 * @param products products that one evaluation sums
 */
record NoDerivative(Function<Node, long[]> shapeOf, String advice, ToLongFunction<Node> products) implements Rule {
    NoDerivative(Function<Node, long[]> shapeOf, String advice) {
        this(shapeOf, advice, op -> 0);
    }

    @Override
    public long multiplyAdds(Node op) {
        return products.applyAsLong(op);
    }

    @Override
    public long[] shape(Node op) {
        return shapeOf.apply(op);
    }

    @Override
    public SDVariable tangent(Node op, SDVariable[] dx) {
        throw refused(op);
    }

    @Override
    public SDVariable[] cotangent(Node op, SDVariable dy) {
        throw refused(op);
    }

    private UnsupportedOperationException refused(Node op) {
        return new UnsupportedOperationException("no derivative rule for op " + op.name() + " (variable "
                + op.y().name() + "): " + advice);
    }
}
