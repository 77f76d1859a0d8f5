package io.flowmap.engine;

import io.flowmap.graph.Jvp;
import io.flowmap.graph.Node;
import io.flowmap.graph.Shapes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/**
 * Turns a graph into a list of instructions. Reshapes become views, equal instructions are computed once, and products with constants are
 * merged. The backend may express an op in its own way.
 */
final class Lowering implements Emitter {
    private final Shapes shapes;
    private final Backend backend;
    private final Set<String> inputs;
    private final Map<String, Value> values = new HashMap<>();
    private final Map<String, List<Value>> computed = new HashMap<>();
    private final Map<String, Value> views = new HashMap<>();
    private final Map<Value, Instruction> producers = new HashMap<>();
    private final Map<String, Value> scalarsByKey = new HashMap<>();
    private final Map<Value, Double> scalars = new LinkedHashMap<>();
    private final Map<Value, SDVariable> leaves = new LinkedHashMap<>();
    private final List<Instruction> instructions = new ArrayList<>();
    private Node current;
    private int ids;

    /** @param inputs names of the variables that the caller binds */
    Lowering(Shapes shapes, Backend backend, Set<String> inputs) {
        this.shapes = shapes;
        this.backend = backend;
        this.inputs = inputs;
    }

    /** Lowers every op that the outputs depend on. */
    Lowering lower(Collection<String> outputs) {
        List<SDVariable> wanted =
                outputs.stream().map(shapes.graph()::getVariable).toList();
        Jvp.ops(shapes.graph(), wanted).forEach(this::lower);
        wanted.forEach(this::input); // an output may itself be a leaf
        return this;
    }

    List<Instruction> instructions() {
        return instructions;
    }

    /** The value of an output. */
    Value value(String name) {
        return values.get(name);
    }

    /** Variables of the graph whose memory others provide: inputs and constants. */
    Map<Value, SDVariable> leaves() {
        return leaves;
    }

    /** Constants that the lowering added. */
    Map<Value, Double> scalars() {
        return scalars;
    }

    private void lower(SameDiffOp op) {
        Node node = Node.of(shapes, op);
        current = node;
        List<Value> in = Arrays.stream(node.x()).map(this::input).toList();
        List<SDVariable> outputs =
                op.getOutputsOfOp().stream().map(shapes.graph()::getVariable).toList();
        List<Value> results = backend.lower(node, in, this);
        if (results.isEmpty()) {
            results = outputs.size() == 1 ? List.of(lower(node, in)) : plain(node, in, outputs);
        }
        for (int i = 0; i < outputs.size(); i++) {
            values.put(outputs.get(i).name(), results.get(i));
        }
    }

    private List<Value> plain(Node node, List<Value> in, List<SDVariable> outputs) {
        return emit(
                Instruction.Op.of(node), in, outputs.stream().map(shapes::of).toList(), type(node.y()));
    }

    private Value lower(Node node, List<Value> in) {
        Value x = in.isEmpty() ? null : in.get(0);
        return switch (node.name()) {
            case "identity", "stop_gradient" -> x;
            case "reshape" -> view(x, 0, shapes.of(node.y()));
            case "neg" -> scaled(x, -1);
            case "mul_scalar" -> scaled(x, node.scalar());
            case "div_scalar" -> scaled(x, 1 / node.scalar());
            case "add_scalar" -> shifted(x, node.scalar());
            case "sub_scalar" -> shifted(x, -node.scalar());
            case "leakyrelu" -> binary("multiply", x, slope(x, node.scalar()));
            case "leakyreluderivative" -> slope(x, node.scalar());
            default -> plain(node, in, List.of(node.y())).get(0);
        };
    }

    /** Slope of the leaky ReLU, 1 where x >= 0, else alpha; shared by its value, its tangent and its cotangent. */
    private Value slope(Value x, double alpha) {
        return emit(Instruction.Op.withReal("leakyreluderivative", alpha), List.of(x), x.shape(), x.type());
    }

    /** The value of a leaf or of an op that has already been lowered. */
    private Value input(SDVariable variable) {
        return values.computeIfAbsent(variable.name(), name -> {
            var source = inputs.contains(name) && !shapes.isLent(variable) ? Value.Source.INPUT : Value.Source.CONSTANT;
            if (source == Value.Source.CONSTANT && !shapes.isConstant(variable)) {
                throw new IllegalArgumentException("cannot compile a program: expected a binding of " + name + " ("
                        + variable.getVariableType() + "), got none");
            }
            var leaf = Value.of(ids++, shapes.of(variable), type(variable), source);
            leaves.put(leaf, variable);
            return leaf;
        });
    }

    private static Type type(SDVariable variable) {
        return Type.of(variable.dataType());
    }

    private Value computed(long[] shape, Type type) {
        return Value.of(ids++, shape, type, Value.Source.COMPUTED);
    }

    @Override
    public Value view(Value value, long offset, long[] shape) {
        return Arrays.equals(value.shape(), shape)
                ? value
                : views.computeIfAbsent(
                        value.id() + " " + offset + Arrays.toString(shape),
                        key -> Value.view(ids++, value, offset, shape));
    }

    @Override
    public List<Value> emit(Instruction.Op op, List<Value> in, List<long[]> shapesOfOutputs, Type type) {
        String key = Instruction.key(op, in, type);
        List<Value> known = computed.get(key);
        if (known != null) {
            return known;
        }
        List<Value> outputs =
                shapesOfOutputs.stream().map(shape -> computed(shape, type)).toList();
        long products = op.name().equals(current.name()) ? current.multiplyAdds() : 0;
        var instruction = new Instruction(op, in, outputs, shapes.regionOf(current.y()), products);
        computed.put(key, outputs);
        outputs.forEach(output -> producers.put(output, instruction));
        instructions.add(instruction);
        return outputs;
    }

    @Override
    public Value scaled(Value x, double factor) {
        Instruction producer = producers.get(x);
        if (producer != null
                && producer.op().name().equals("multiply")
                && scalars.containsKey(producer.inputs().get(1))) {
            double merged = factor * scalars.get(producer.inputs().get(1));
            return merged == 1
                    ? producer.inputs().get(0)
                    : scaled(producer.inputs().get(0), merged);
        }
        return factor == 1 ? x : binary("multiply", x, scalar(factor, x.type()));
    }

    @Override
    public Value shifted(Value x, double shift) {
        return shift == 0 ? x : binary("add", x, scalar(shift, x.type()));
    }

    private Value scalar(double number, Type type) {
        return scalarsByKey.computeIfAbsent(type + " " + number, key -> {
            Value value = Value.of(ids++, new long[0], type, Value.Source.CONSTANT);
            scalars.put(value, type == Type.FLOAT64 ? number : (double) (float) number);
            return value;
        });
    }
}
