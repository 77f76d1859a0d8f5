package io.flowmap.nn;

import io.flowmap.engine.MultiplyAdds;
import io.flowmap.graph.Shapes;
import java.util.List;
import java.util.stream.LongStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** A network on samples [N,...], as fields and denoisers precondition it: images [N,H,W,C] or points [N,D]. */
public interface Network {
    /** All arrays, in the order of the flat parameter vector. */
    List<Parameter> parameters();

    /** Classes of the one-hot rows that it takes; 0 of an unconditional network. */
    int classes();

    /** Whether it takes a target time and a guidance weight. */
    boolean isFlowMap();

    /** Emits the network into the scope's graph; the result has the shape of x. */
    SDVariable apply(Scope scope, Input input);

    /** Multiply-adds of one evaluation at a sample, [H,W,C] or [D], by {@link MultiplyAdds}; its parameters are not needed. */
    default long multiplyAdds(long... sample) {
        try (var shapes = new Shapes(SameDiff.create())) {
            var scope = Scope.trainable(shapes, DataType.FLOAT, "", parameters());
            var batch =
                    LongStream.concat(LongStream.of(1), LongStream.of(sample)).toArray();
            var x = shapes.graph().placeHolder("input:x", DataType.FLOAT, batch);
            var number = shapes.graph().placeHolder("input:number", DataType.FLOAT, 1);
            var rows = shapes.graph().placeHolder("input:classes", DataType.FLOAT, 1, Math.max(1, classes()));
            var y = apply(scope, new Input(x, number, classes() > 0 ? rows : null, number, number));
            return MultiplyAdds.of(shapes, List.of(y.name()));
        }
    }

    /**
     * What a network is evaluated at.
     *
     * @param x [N,...]
     * @param noise noise label of each sample, [N]
     * @param classes one-hot rows [N,L] (zeros = no class), null of an unconditional network
     * @param target target time s, [N]; read by a flow map only, else it may be null
     * @param guidance guidance weight, [N]; read by a flow map only, else it may be null
     */
    record Input(SDVariable x, SDVariable noise, SDVariable classes, SDVariable target, SDVariable guidance) {}
}
