package io.flowmap.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/**
 * Forward mode as a graph-to-graph transform. It emits the ops of the Jacobian-vector product J v into the same graph, so tangents are
 * ordinary nodes and can be differentiated again.
 */
public final class Jvp {
    private final Shapes shapes;
    private final Map<String, SDVariable> tangents = new HashMap<>();

    private Jvp(Shapes shapes) {
        this.shapes = shapes;
    }

    /**
     * Tangent of {@code output} for the given tangents of its inputs. All other leaves are constant.
     *
     * @param seeds tangent of each input variable, of the same shape
     * @return the tangent, of the output's shape; a zero constant where the output does not depend on the seeds
     * @throws UnsupportedOperationException for an op without a rule; names the op
     */
    public static SDVariable of(Shapes shapes, SDVariable output, Map<SDVariable, SDVariable> seeds) {
        return of(shapes, List.of(output), seeds).get(0);
    }

    /** Like {@link #of(Shapes, SDVariable, Map)} for several outputs. Their common part is differentiated once. */
    public static List<SDVariable> of(Shapes shapes, List<SDVariable> outputs, Map<SDVariable, SDVariable> seeds) {
        var transform = new Jvp(shapes);
        seeds.forEach((variable, tangent) -> transform.tangents.put(variable.name(), tangent));
        ops(shapes.graph(), outputs).forEach(transform::push);
        return outputs.stream().map(transform::tangent).toList();
    }

    private SDVariable tangent(SDVariable output) {
        SDVariable tangent = tangents.get(output.name());
        return tangent != null ? tangent : shapes.graph().zero(null, output.dataType(), shapes.of(output));
    }

    private void push(SameDiffOp op) {
        Node node = Node.of(shapes, op);
        var dx = new SDVariable[node.x().length];
        boolean moves = false;
        for (int i = 0; i < dx.length; i++) {
            dx[i] = tangents.get(node.x()[i].name());
            moves |= dx[i] != null;
        }
        if (moves && !tangents.containsKey(node.y().name())) {
            try (var names = shapes.derivativeOf(node.y(), Region.Pass.TANGENT)) {
                SDVariable tangent = RuleTable.of(node).tangent(node, dx);
                if (tangent != null) {
                    tangents.put(node.y().name(), tangent);
                }
            }
        }
    }

    /** The ops that an output depends on, in topological order. */
    public static List<SameDiffOp> ops(SameDiff graph, SDVariable output) {
        return ops(graph, List.of(output));
    }

    /** The ops that any of the outputs depends on, in topological order. */
    public static List<SameDiffOp> ops(SameDiff graph, List<SDVariable> outputs) {
        var needed = new HashSet<String>();
        var stack = new ArrayDeque<String>();
        outputs.forEach(output -> stack.push(output.name()));
        while (!stack.isEmpty()) {
            String op = graph.getVariables().get(stack.pop()).getOutputOfOp();
            if (op != null && needed.add(op)) {
                List<String> inputs = graph.getOps().get(op).getInputsToOp();
                stack.addAll(inputs == null ? List.of() : inputs);
            }
        }
        var ordered = new ArrayList<SameDiffOp>(); // SameDiff keeps its ops in order of creation
        graph.getOps().forEach((name, op) -> {
            if (needed.contains(name)) {
                ordered.add(op);
            }
        });
        return ordered;
    }
}
