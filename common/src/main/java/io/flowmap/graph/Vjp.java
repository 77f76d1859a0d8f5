package io.flowmap.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/** Reverse mode as a graph-to-graph transform. It emits the ops of the vector-Jacobian product u'J into the same graph. */
public final class Vjp {
    private final Shapes shapes;
    private final Map<String, SDVariable> cotangents = new HashMap<>();

    private Vjp(Shapes shapes) {
        this.shapes = shapes;
    }

    /**
     * Gradients of {@code <cotangent, output>} with respect to {@code inputs}.
     *
     * @return gradient of each input, of the input's shape; zeros if the output does not depend on it
     * @throws UnsupportedOperationException for an op without a rule; names the op
     */
    public static Map<SDVariable, SDVariable> of(
            Shapes shapes, SDVariable output, SDVariable cotangent, List<SDVariable> inputs) {
        return of(shapes, Map.of(output, cotangent), inputs);
    }

    /**
     * Gradients of {@code sum <cotangent, output>} over several outputs. Their common part is traversed once.
     *
     * @param cotangents cotangent of each output variable, of the same shape
     * @return gradient of each input, of the input's shape; zeros if no output depends on it. No two inputs have the same variable, even if
     *     their gradients are equal.
     */
    public static Map<SDVariable, SDVariable> of(
            Shapes shapes, Map<SDVariable, SDVariable> cotangents, List<SDVariable> inputs) {
        var transform = new Vjp(shapes);
        List<SameDiffOp> ops = Jvp.ops(shapes.graph(), List.copyOf(cotangents.keySet()));
        Set<String> active = transform.active(ops, inputs);
        cotangents.forEach((output, cotangent) -> transform.cotangents.put(output.name(), cotangent));
        for (int i = ops.size() - 1; i >= 0; i--) {
            transform.pull(ops.get(i), active);
        }
        var gradients = new LinkedHashMap<SDVariable, SDVariable>();
        var names = new HashSet<String>();
        for (var x : inputs) {
            var gradient = transform.gradient(x);
            gradients.put(
                    x, names.add(gradient.name()) ? gradient : shapes.graph().identity(gradient));
        }
        return gradients;
    }

    private SDVariable gradient(SDVariable x) {
        SDVariable gradient = cotangents.get(x.name());
        return gradient != null ? gradient : shapes.graph().zero(null, x.dataType(), shapes.of(x));
    }

    /** Names of the variables that depend on the inputs. Only these need a cotangent. */
    private Set<String> active(List<SameDiffOp> ops, List<SDVariable> inputs) {
        var active = new HashSet<String>();
        inputs.forEach(x -> active.add(x.name()));
        for (SameDiffOp op : ops) {
            if (op.getInputsToOp() != null && op.getInputsToOp().stream().anyMatch(active::contains)) {
                active.addAll(op.getOutputsOfOp());
            }
        }
        return active;
    }

    private void pull(SameDiffOp op, Set<String> active) {
        Node node = Node.of(shapes, op);
        SDVariable dy = cotangents.get(node.y().name());
        if (dy == null || !active.contains(node.y().name())) {
            return;
        }
        try (var names = shapes.derivativeOf(node.y(), Region.Pass.REVERSE)) {
            SDVariable[] dx = RuleTable.of(node).cotangent(node, dy);
            for (int i = 0; i < dx.length; i++) {
                if (dx[i] != null && active.contains(node.x()[i].name())) {
                    cotangents.merge(node.x()[i].name(), dx[i], SDVariable::add);
                }
            }
        }
    }
}
