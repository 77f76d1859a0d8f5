package io.flowmap.engine.nd4j;

import io.flowmap.engine.Emitter;
import io.flowmap.engine.Instruction.Op;
import io.flowmap.engine.Type;
import io.flowmap.engine.Value;
import io.flowmap.graph.Node;
import java.util.List;
import org.nd4j.linalg.api.ops.impl.layers.convolution.Upsampling2d;

/** Ops that ND4J runs faster, or only, in another form. */
final class Dialect {
    /** Average pooling's transpose. Its kernel takes the shape of its result from an array, for which the result itself serves. */
    static final String UNPOOLING = "avgpool2d_bp";

    private Dialect() {}

    /** The results of an op in this engine's own form; none for an op that runs as it is. */
    static List<Value> lower(Node op, List<Value> in, Emitter emitter) {
        return switch (op.name()) {
            case "sigmoid" -> List.of(emitter.scaled(sigmoidTwice(in.get(0), emitter), 0.5));
            case "swish" -> List.of(
                    emitter.binary("multiply", emitter.scaled(in.get(0), 0.5), sigmoidTwice(in.get(0), emitter)));
            case "upsampling2d" -> List.of(upsampled(op, in.get(0), emitter));
            case "slice" -> slice(op, in.get(0), emitter);
            case "matmul", "conv2d", "conv2d_bp" -> in.get(0).type().isHalf() ? widened(op, in, emitter) : List.of();
            default -> List.of();
        };
    }

    /**
     * A product of half-precision operands, for which ND4J has no kernels on CPUs: computed in float32 and rounded, as tensor cores do
     * it.
     */
    private static List<Value> widened(Node op, List<Value> in, Emitter emitter) {
        var wide = in.stream().map(x -> emitter.cast(x, Type.FLOAT32)).toList();
        return emitter.emit(Op.of(op), wide, op.outputShapes(), Type.FLOAT32).stream()
                .map(y -> emitter.cast(y, in.get(0).type()))
                .toList();
    }

    /**
     * 2 sigmoid(x) = 1 + tanh(x/2). The tanh is the only transcendental that oneDNN vectorises; an activation, its tangent and its
     * cotangent share it.
     */
    private static Value sigmoidTwice(Value x, Emitter emitter) {
        return emitter.shifted(emitter.unary("tanh", emitter.scaled(x, 0.5)), 1);
    }

    /** A slice whose elements are contiguous is a view. */
    private static List<Value> slice(Node op, Value x, Emitter emitter) {
        long[] whole = x.shape();
        long[] part = op.shapes().of(op.y());
        long offset = 0;
        long stride = 1;
        boolean partial = false;
        for (int axis = whole.length - 1; axis >= 0; axis--) {
            if (partial && part[axis] != 1) {
                return List.of();
            }
            partial |= part[axis] != whole[axis];
            offset += op.integers()[axis] * stride;
            stride *= whole[axis];
        }
        return List.of(emitter.view(x, offset, part));
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
