package io.flowmap.engine;

import io.flowmap.graph.Jvp;
import io.flowmap.graph.Node;
import io.flowmap.graph.Shapes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.layers.convolution.Upsampling2d;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Turns a SameDiff graph into a list of native instructions. Reshapes become views, equal instructions are computed once, and products with
 * constants are merged. Sigmoid and swish are expressed by tanh, the only transcendental that oneDNN vectorises, so that an activation, its
 * tangent and its cotangent share it.
 */
final class Lowering {
    private final SameDiff graph;
    private final Shapes shapes;
    private final Map<String, INDArray> bindings;
    private final Map<String, Value> values = new HashMap<>();
    private final Map<String, Value> computed = new HashMap<>();
    private final Map<Integer, Instruction> producers = new HashMap<>();
    private final Map<String, Value> scalars = new HashMap<>();
    private final List<Instruction> instructions = new ArrayList<>();
    private final List<INDArray> constants = new ArrayList<>();
    private int ids;

    Lowering(Shapes shapes, Map<String, INDArray> bindings) {
        this.graph = shapes.graph();
        this.shapes = shapes;
        this.bindings = bindings;
    }

    List<Instruction> instructions() {
        return instructions;
    }

    Value value(String name) {
        return values.get(name);
    }

    /** Constants created by the lowering, which do not belong to the graph. */
    List<INDArray> constants() {
        return constants;
    }

    /** Lowers every op that the outputs depend on. */
    void lower(Set<String> outputs) {
        List<SDVariable> wanted = outputs.stream().map(graph::getVariable).toList();
        Jvp.ops(graph, wanted).forEach(this::lower);
        wanted.forEach(this::input); // an output may itself be a leaf
    }

    private void lower(SameDiffOp op) {
        Node node = Node.of(shapes, op);
        String y = node.y().name();
        List<Value> in = Arrays.stream(node.x()).map(this::input).toList();
        switch (node.name()) {
            case "identity", "stop_gradient" -> values.put(y, in.get(0));
            case "reshape" -> values.put(y, view(in.get(0), shapes.of(node.y())));
            case "neg" -> values.put(y, scaled(in.get(0), -1));
            case "mul_scalar" -> values.put(y, scaled(in.get(0), node.scalar()));
            case "div_scalar" -> values.put(y, scaled(in.get(0), 1 / node.scalar()));
            case "add_scalar" -> values.put(y, shifted(in.get(0), node.scalar()));
            case "sub_scalar" -> values.put(y, shifted(in.get(0), -node.scalar()));
            case "sigmoid" -> values.put(y, scaled(sigmoidTwice(in.get(0)), 0.5));
            case "swish" -> values.put(y, binary("multiply", scaled(in.get(0), 0.5), sigmoidTwice(in.get(0))));
            case "relu" -> values.put(y, emit(Instruction.cut(in.get(0), fresh(node.y()), node.scalar())));
            case "leakyrelu" -> values.put(y, binary("multiply", in.get(0), slope(in.get(0), node.scalar())));
            case "leakyreluderivative" -> values.put(y, slope(in.get(0), node.scalar()));
            case "upsampling2d" -> values.put(y, upsampled(node, in.get(0)));
            case "reduce_sum", "reduce_mean", "reduce_sqnorm" -> values.put(
                    y,
                    emit(Instruction.reduction(
                            node.name(), in.get(0), fresh(node.y()), node.dimensions(), node.keepDims())));
            default -> lowerByName(op, node, in);
        }
    }

    private void lowerByName(SameDiffOp op, Node node, List<Value> in) {
        if (!(node.function() instanceof DynamicCustomOp custom) || Instruction.LEGACY.containsKey(node.name())) {
            values.put(node.y().name(), emit(Instruction.of(node.name(), in, fresh(node.y()))));
            return;
        }
        List<Value> outputs = op.getOutputsOfOp().stream()
                .map(name -> fresh(graph.getVariable(name)))
                .toList();
        var instruction = new Instruction(node.name(), in, outputs, custom.iArgs(), custom.tArgs(), custom.bArgs());
        if (outputs.size() == 1) {
            values.put(node.y().name(), emit(instruction));
            return;
        }
        instructions.add(instruction);
        for (int i = 0; i < outputs.size(); i++) {
            values.put(op.getOutputsOfOp().get(i), outputs.get(i));
        }
    }

    /** The value of a leaf or of an op that has already been lowered. */
    private Value input(SDVariable variable) {
        return values.computeIfAbsent(variable.name(), name -> {
            INDArray bound = bindings.get(name);
            Value value = new Value(ids++, shapes.of(variable), variable.dataType(), null);
            if (bound != null) {
                value.bind(bound);
            } else if (variable.getVariableType() == VariableType.CONSTANT) {
                value.bindConstant(variable.getArr());
            } else {
                throw new IllegalArgumentException("cannot compile a program: expected a binding of " + name + " ("
                        + variable.getVariableType() + "), got none");
            }
            return value;
        });
    }

    private Value emit(Instruction instruction) {
        Value known = computed.get(instruction.key());
        if (known != null) {
            return known;
        }
        Value output = instruction.outputs().get(0);
        computed.put(instruction.key(), output);
        producers.put(output.id(), instruction);
        instructions.add(instruction);
        return output;
    }

    private Value fresh(SDVariable variable) {
        return new Value(ids++, shapes.of(variable), variable.dataType(), null);
    }

    private Value like(Value value) {
        return new Value(ids++, value.shape(), value.type(), null);
    }

    private Value view(Value value, long[] shape) {
        return Arrays.equals(value.shape(), shape) ? value : new Value(ids++, shape, value.type(), value);
    }

    private Value binary(String op, Value a, Value b) {
        return emit(Instruction.of(op, List.of(a, b), like(a)));
    }

    private Value unary(String op, Value a) {
        return emit(Instruction.of(op, List.of(a), like(a)));
    }

    /** a x, merged with a factor that x already has. */
    private Value scaled(Value x, double factor) {
        Instruction producer = producers.get(x.id());
        if (producer != null
                && producer.op().equals("multiply")
                && isScalar(producer.inputs().get(1))) {
            double merged = factor * producer.inputs().get(1).array().getDouble(0);
            return merged == 1
                    ? producer.inputs().get(0)
                    : scaled(producer.inputs().get(0), merged);
        }
        return factor == 1 ? x : binary("multiply", x, scalar(factor, x.type()));
    }

    private Value shifted(Value x, double shift) {
        return shift == 0 ? x : binary("add", x, scalar(shift, x.type()));
    }

    private boolean isScalar(Value value) {
        return scalars.containsValue(value);
    }

    private Value scalar(double number, DataType type) {
        return scalars.computeIfAbsent(type + " " + number, key -> {
            Value value = new Value(ids++, new long[0], type, null);
            value.bindConstant(own(Nd4j.scalar(type, number)));
            return value;
        });
    }

    private INDArray own(INDArray constant) {
        constants.add(constant);
        return constant;
    }

    /** 2 sigmoid(x) = 1 + tanh(x/2). */
    private Value sigmoidTwice(Value x) {
        return shifted(unary("tanh", scaled(x, 0.5)), 1);
    }

    /** Slope of the leaky ReLU, shared by its value, its tangent and its cotangent. */
    private Value slope(Value x, double alpha) {
        return emit(Instruction.slope(x, like(x), alpha));
    }

    /** Nearest upsampling is k^2 times the transpose of average pooling. The kernel of that transpose is ND4J's fastest. */
    private Value upsampled(Node node, Value x) {
        var op = (Upsampling2d) node.function();
        int kh = op.getScaleH();
        int kw = op.getScaleW();
        Value y = fresh(node.y());
        Value shapeOnly = fresh(node.y());
        shapeOnly.bindConstant(own(Nd4j.createUninitialized(shapeOnly.type(), shapeOnly.shape())));
        long layout = op.isNchw() ? 0 : 1;
        return emit(Instruction.of(
                "avgpool2d_bp",
                List.of(shapeOnly, scaled(x, (double) kh * kw)),
                List.of(y),
                kh,
                kw,
                kh,
                kw,
                0,
                0,
                1,
                1,
                0,
                0,
                layout));
    }
}
