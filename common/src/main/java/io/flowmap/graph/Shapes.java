package io.flowmap.graph;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.NameScope;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.Variable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Static shapes of a graph's variables, inferred from the rule table. Every placeholder and constant must have a full shape including the
 * batch size: a compiled program is for one batch size. Closing this frees the graph's constants, except those that were lent.
 */
public final class Shapes implements AutoCloseable {
    private final SameDiff graph;
    private final DataType products;
    private final Map<String, long[]> known = new HashMap<>();
    private final Map<String, SDVariable> zeros = new HashMap<>();
    private final Map<String, INDArray> lent = new HashMap<>();
    private final Map<String, Region> regions = new HashMap<>();
    private int nameScopes;

    public Shapes(SameDiff graph) {
        this(graph, null);
    }

    /** @param products type of the networks' matrix products and convolutions; null: that of their other arithmetic */
    public Shapes(SameDiff graph, DataType products) {
        this.graph = graph;
        this.products = products;
    }

    /** Type of the networks' matrix products and convolutions; null: that of their other arithmetic. */
    public DataType products() {
        return products;
    }

    public SameDiff graph() {
        return graph;
    }

    /**
     * Opens a name scope for the ops created until it is closed. To name an op, SameDiff visits every variable whose name has the same
     * prefix; without such scopes a graph of n ops takes n^2 visits.
     */
    public NameScope nameScope() {
        return graph.withNameScope("n" + nameScopes++);
    }

    /** Zeros of a shape. The graph keeps one constant for each shape and type. */
    public SDVariable zero(DataType type, long... shape) {
        return zeros.computeIfAbsent(type + Arrays.toString(shape), key -> graph.zero(null, type, shape));
    }

    /**
     * Opens a name scope for a block of a network. What is computed in it may be computed once more where its cotangents need it ({@link
     * Region}).
     */
    public NameScope block() {
        var scope = nameScope();
        regions.put(graph.currentNameScope(), new Region(nameScopes, Region.Pass.FORWARD));
        return scope;
    }

    /** Opens a name scope for a derivative of the op that computes {@code variable}. It belongs to that op's block. */
    NameScope derivativeOf(SDVariable variable, Region.Pass pass) {
        var region = regionOf(variable).derivative(pass);
        var scope = nameScope();
        regions.put(graph.currentNameScope(), region);
        return scope;
    }

    /** The region of the op that computes a variable. */
    public Region regionOf(SDVariable variable) {
        String scope = variable.name();
        Region region = null;
        for (int end = scope.lastIndexOf('/'); end > 0 && region == null; end = scope.lastIndexOf('/', end - 1)) {
            region = regions.get(scope.substring(0, end));
        }
        return region == null ? Region.OUTSIDE : region;
    }

    /**
     * Adds a constant over an array that its owner keeps, who may lend it to several graphs. In the graph it is a placeholder, since SameDiff
     * copies the constants that are views or mapped.
     */
    public SDVariable lend(String name, INDArray array) {
        SDVariable constant = graph.placeHolder(name, array.dataType(), array.shape());
        lent.put(constant.name(), array);
        return constant;
    }

    /** Whether a variable is a constant whose array belongs to another owner. */
    public boolean isLent(SDVariable variable) {
        return lent.containsKey(variable.name());
    }

    /** Whether the graph itself has the variable's values. */
    public boolean isConstant(SDVariable variable) {
        return isLent(variable) || variable.getVariableType() == VariableType.CONSTANT;
    }

    /** The array of a constant. */
    public INDArray array(SDVariable constant) {
        return isLent(constant) ? lent.get(constant.name()) : constant.getArr();
    }

    /** Shape of a variable. Throws {@link UnsupportedOperationException} for an op without a rule. */
    public long[] of(SDVariable variable) {
        long[] shape = known.get(variable.name());
        if (shape == null) {
            shape = infer(variable);
            known.put(variable.name(), shape);
        }
        return shape;
    }

    /** Frees the constants. Call it when no program of the graph runs any more. */
    @Override
    public void close() {
        for (SDVariable variable : graph.variables()) {
            INDArray array = variable.getVariableType() == VariableType.CONSTANT ? variable.getArr() : null;
            if (array != null && array.closeable()) {
                array.close();
            }
        }
    }

    private long[] infer(SDVariable variable) {
        Variable meta = graph.getVariables().get(variable.name());
        if (meta.getOutputOfOp() == null) {
            return leafShape(variable);
        }
        var op = graph.getOps().get(meta.getOutputOfOp());
        int output = op.getOutputsOfOp().indexOf(variable.name());
        Node node = Node.of(this, op);
        return output == 0 ? RuleTable.of(node).shape(node) : secondaryShape(node, output);
    }

    private static long[] secondaryShape(Node op, int output) {
        if (op.name().equals("conv2d_bp")) {
            return op.shape(output); // gradients have the shapes of input and weights
        }
        throw new UnsupportedOperationException("no shape rule for output " + output + " of op " + op.name());
    }

    private static long[] leafShape(SDVariable variable) {
        long[] shape = variable.getArr(false) != null ? variable.getArr().shape() : variable.placeholderShape();
        if (shape == null || Arrays.stream(shape).anyMatch(d -> d < 0)) {
            throw new IllegalArgumentException("cannot infer shapes: expected a full shape of " + variable.name()
                    + ", got " + Arrays.toString(shape));
        }
        return shape;
    }

    /** Shape of an elementwise op of two operands under NumPy's broadcasting. */
    static long[] broadcast(long[] a, long[] b) {
        int rank = Math.max(a.length, b.length);
        long[] shape = new long[rank];
        for (int i = 0; i < rank; i++) {
            long da = i < rank - a.length ? 1 : a[i - rank + a.length];
            long db = i < rank - b.length ? 1 : b[i - rank + b.length];
            if (da != db && da != 1 && db != 1) {
                throw new IllegalArgumentException(
                        "cannot broadcast " + Arrays.toString(a) + " with " + Arrays.toString(b));
            }
            shape[i] = Math.max(da, db);
        }
        return shape;
    }

    /** Sums {@code d} over the dimensions along which {@code target} was broadcast, which gives it the target's shape. */
    static SDVariable unbroadcast(Shapes shapes, SDVariable d, long[] target) {
        long[] from = shapes.of(d);
        if (Arrays.equals(from, target)) {
            return d;
        }
        int extra = from.length - target.length;
        int[] summed = IntStream.range(0, from.length)
                .filter(i -> i < extra || target[i - extra] != from[i])
                .toArray();
        SDVariable sum = summed.length == 0 ? d : d.sum(true, summed);
        return extra > 0 ? shapes.graph().reshape(sum, target) : sum;
    }
}
