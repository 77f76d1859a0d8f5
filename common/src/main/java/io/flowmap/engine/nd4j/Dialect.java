package io.flowmap.engine.nd4j;

import io.flowmap.engine.Emitter;
import io.flowmap.engine.Instruction.Op;
import io.flowmap.engine.Value;
import io.flowmap.graph.Node;
import java.util.List;
import org.nd4j.linalg.api.ops.impl.layers.convolution.Upsampling2d;

/** Ops that ND4J runs faster, or only, in another form. */
final class Dialect {
    /** Average pooling's transpose. Its kernel takes the shape of its result from an array, for which the result itself serves. */
    static final String UNPOOLING = "avgpool2d_bp";

    private Dialect() {}

    /** The value of an op in this engine's own form; null for an op that runs as it is. */
    static Value lower(Node op, List<Value> in, Emitter emitter) {
        return switch (op.name()) {
            case "sigmoid" -> emitter.scaled(sigmoidTwice(in.get(0), emitter), 0.5);
            case "swish" -> emitter.binary(
                    "multiply", emitter.scaled(in.get(0), 0.5), sigmoidTwice(in.get(0), emitter));
            case "upsampling2d" -> upsampled(op, in.get(0), emitter);
            case "slice" -> slice(op, in.get(0), emitter);
            default -> null;
        };
    }

    /**
     * 2 sigmoid(x) = 1 + tanh(x/2). The tanh is the only transcendental that oneDNN vectorises; an activation, its tangent and its
     * cotangent share it.
     */
    private static Value sigmoidTwice(Value x, Emitter emitter) {
        return emitter.shifted(emitter.unary("tanh", emitter.scaled(x, 0.5)), 1);
    }

    /** A slice whose elements are contiguous is a view. */
    private static Value slice(Node op, Value x, Emitter emitter) {
        long[] whole = x.shape();
        long[] part = op.shapes().of(op.y());
        long offset = 0;
        long stride = 1;
        boolean partial = false;
        for (int axis = whole.length - 1; axis >= 0; axis--) {
            if (partial && part[axis] != 1) {
                return null;
            }
            partial |= part[axis] != whole[axis];
            offset += op.integers()[axis] * stride;
            stride *= whole[axis];
        }
        return emitter.view(x, offset, part);
    }

    /** Nearest upsampling is k^2 times the transpose of average pooling. The kernel of that transpose is ND4J's fastest. */
    private static Value upsampled(Node node, Value x, Emitter emitter) {
        var op = (Upsampling2d) node.function();
        int kh = op.getScaleH();
        int kw = op.getScaleW();
        long layout = op.isNchw() ? 0 : 1;
        var unpooling = Op.of(UNPOOLING, kh, kw, kh, kw, 0, 0, 1, 1, 0, 0, layout);
        return emitter.emit(
                unpooling,
                List.of(emitter.scaled(x, (double) kh * kw)),
                node.shapes().of(node.y()),
                x.type());
    }
}
