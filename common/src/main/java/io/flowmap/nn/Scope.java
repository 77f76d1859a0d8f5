package io.flowmap.nn;

import io.flowmap.graph.Shapes;
import io.flowmap.nn.Adapters.Adapter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Context in which a network is built: the graph, its shapes, the type of the arithmetic, and the binding of parameters. A layer declares a
 * parameter where it uses it; the scope decides whether it is trained or frozen, and whether it has a low-rank adapter. Several networks can
 * share a graph under different prefixes.
 */
public final class Scope {
    private static final String WEIGHT = ".weight";
    private static final Adapters NO_ADAPTERS = map -> null;

    private final Shapes shapes;
    private final DataType type;
    private final DataType products;
    private final String prefix;
    private final Map<String, INDArray> frozen;
    private final boolean complete;
    private final Adapters adapters;
    private final Map<String, Parameter> declared;
    private final Map<String, SDVariable> variables;
    private final Map<String, SDVariable> adapted = new LinkedHashMap<>();
    private final Map<String, Supplier<SDVariable>> observed;

    private Scope(Shapes shapes, DataType type, String prefix, Map<String, INDArray> frozen, boolean complete) {
        this.shapes = shapes;
        this.type = type;
        this.products = shapes.products() == null ? type : shapes.products();
        this.prefix = prefix;
        this.frozen = frozen;
        this.complete = complete;
        adapters = NO_ADAPTERS;
        declared = new LinkedHashMap<>();
        variables = new LinkedHashMap<>();
        observed = new LinkedHashMap<>();
    }

    private Scope(Scope scope, DataType products, Adapters adapters) {
        this.shapes = scope.shapes;
        this.type = scope.type;
        this.products = products;
        this.prefix = scope.prefix;
        this.frozen = scope.frozen;
        this.complete = scope.complete;
        this.adapters = adapters;
        declared = scope.declared;
        variables = scope.variables;
        observed = scope.observed;
    }

    /** This scope with products in the type of all other arithmetic, for layers that must not lose precision: embeddings of time. */
    public Scope exact() {
        return new Scope(this, type, adapters);
    }

    /**
     * A scope in which every parameter is a placeholder named {@code prefix + name}. Bind it to a view of a flat vector; it can be
     * differentiated.
     */
    public static Scope trained(Shapes shapes, DataType type, String prefix) {
        return new Scope(shapes, type, prefix, Map.of(), false);
    }

    /** A scope in which the parameters contained in {@code frozen} are constants and all others placeholders. */
    public static Scope trained(Shapes shapes, DataType type, String prefix, Map<String, INDArray> frozen) {
        return new Scope(shapes, type, prefix, frozen, false);
    }

    /** A scope in which every parameter is a constant. Values that depend on constants alone (weight normalisation) are computed once. */
    public static Scope frozen(Shapes shapes, DataType type, String prefix, Map<String, INDArray> arrays) {
        return new Scope(shapes, type, prefix, arrays, true);
    }

    /** This scope with adapters beside the weights of linear maps and 1x1 convolutions. It declares parameters in this scope. */
    Scope with(Adapters more) {
        return new Scope(this, products, more);
    }

    /**
     * The parameter with this name, declared on first use; a weight with an adapter as W + c B A. Throws {@link IllegalArgumentException} if
     * it was declared differently before, or if the frozen array is missing or has another shape.
     */
    public SDVariable parameter(String name, Parameter.Kind kind, long... shape) {
        var stored = stored(name, kind, shape);
        if (adapters == NO_ADAPTERS || !new Parameter(name, shape, kind).isLinearMap()) {
            return stored;
        }
        return adapted.computeIfAbsent(name, key -> {
            var map = name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : name;
            var adapter = adapters.of(map);
            return adapter == null ? stored : stored.add(change(map, adapter, shape));
        });
    }

    /** c B A in the shape of the weight. */
    private SDVariable change(String map, Adapter adapter, long[] shape) {
        var product = graph().mmul(up(map, adapter, shape[0]), down(map, adapter, shape[1]));
        return reshape(product.mul(adapter.scale()), shape);
    }

    private SDVariable down(String map, Adapter adapter, long in) {
        return stored(map + Adapters.DOWN, Parameter.Kind.ADAPTER, adapter.rank(), in);
    }

    private SDVariable up(String map, Adapter adapter, long out) {
        return stored(map + Adapters.UP, Parameter.Kind.BIAS, out, adapter.rank());
    }

    private SDVariable stored(String name, Parameter.Kind kind, long... shape) {
        var parameter = new Parameter(name, shape, kind);
        var earlier = declared.putIfAbsent(name, parameter);
        if (earlier != null && !(earlier.kind() == kind && Arrays.equals(earlier.shape(), shape))) {
            throw new IllegalArgumentException("cannot declare " + parameter + ": it is declared as " + earlier);
        }
        return variables.computeIfAbsent(name, key -> variable(parameter));
    }

    /**
     * x W' + b over the last dimension of x [...,in], with W [out,in] in {@code <name>.weight} and b [out] in {@code <name>.bias}. A frozen
     * weight with an adapter is not copied: x W' + c (x A') B' + b.
     *
     * @param kind kind of the weight
     */
    public SDVariable linear(String name, SDVariable x, Parameter.Kind kind, long out) {
        return linear(name, x, kind, List.of(new Part("", out))).get(0);
    }

    /** One of several linear maps that are fused into one: its name within the fused map, and its rows of the weight. */
    public record Part(String name, long rows) {}

    /**
     * Several linear maps of x [...,in] that are stored as one, with their rows in the order of the parts. Either the parts have adapters of
     * their own, or the whole has one.
     */
    public List<SDVariable> linear(String name, SDVariable x, Parameter.Kind kind, List<Part> parts) {
        long[] shape = shape(x);
        long in = shape[shape.length - 1];
        long out = parts.stream().mapToLong(Part::rows).sum();
        var weight = stored(name + WEIGHT, kind, out, in);
        var bias = stored(name + ".bias", Parameter.Kind.BIAS, out);
        var rows = reshape(x, Arrays.stream(shape).reduce(1, (a, b) -> a * b) / in, in);
        var own = parts.stream().map(part -> adapters.of(map(name, part))).toList();
        var whole = parts.size() > 1 && own.stream().allMatch(adapter -> adapter == null) ? adapters.of(name) : null;
        var low = whole == null ? null : low(name, whole, rows);
        var results = new ArrayList<SDVariable>();
        long begin = 0;
        for (int i = 0; i < parts.size(); i++) {
            long n = parts.get(i).rows();
            var y = product(rows, rows(weight, begin, n));
            if (own.get(i) != null) {
                var map = map(name, parts.get(i));
                y = y.add(product(low(map, own.get(i), rows), up(map, own.get(i), n)));
            } else if (whole != null) {
                y = y.add(product(low, rows(up(name, whole, out), begin, n)));
            }
            long[] full = shape.clone();
            full[full.length - 1] = n;
            results.add(reshape(y.add(rows(bias, begin, n)), full));
            begin += n;
        }
        return results;
    }

    private static String map(String name, Part part) {
        return part.name().isEmpty() ? name : name + "." + part.name();
    }

    /** c x A'. */
    private SDVariable low(String map, Adapter adapter, SDVariable x) {
        return product(x, down(map, adapter, shape(x)[1])).mul(adapter.scale());
    }

    private SDVariable product(SDVariable x, SDVariable weight) {
        return new Layers(this).linear(x, weight);
    }

    /** Part of an array along its first dimension. */
    private SDVariable rows(SDVariable x, long begin, long count) {
        long[] shape = shape(x);
        if (shape[0] == count) {
            return x;
        }
        int[] from = new int[shape.length];
        from[0] = Math.toIntExact(begin);
        int[] size = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
        size[0] = Math.toIntExact(count);
        return graph().slice(x, from, size);
    }

    private SDVariable variable(Parameter parameter) {
        INDArray array = frozen.get(parameter.name());
        if (array == null && !complete) {
            return shapes.graph().placeHolder(prefix + parameter.name(), type, parameter.shape());
        }
        if (array == null || !Arrays.equals(array.shape(), parameter.shape())) {
            throw new IllegalArgumentException("cannot build a network: expected " + parameter + ", got "
                    + (array == null ? "no such array" : Arrays.toString(array.shape())));
        }
        return constant(parameter.name(), array);
    }

    /** A frozen array by name, for networks that are built directly from a file's arrays. */
    public SDVariable array(String name) {
        return variables.computeIfAbsent(name, key -> {
            INDArray array = frozen.get(name);
            if (array == null) {
                throw new IllegalArgumentException(
                        "cannot build a network: expected one of the arrays " + frozen.keySet() + ", got " + name);
            }
            return constant(name, array);
        });
    }

    private SDVariable constant(String name, INDArray array) {
        SDVariable stored = shapes.lend(prefix + name, array);
        return array.dataType() == type ? stored : stored.castTo(type);
    }

    /** Records a value of interest under a name, such as the output of a block. */
    public void observe(String name, SDVariable value) {
        observed.put(name, () -> value);
    }

    /** Records a value that is emitted only if {@link #observed} is called. */
    public void observe(String name, Supplier<SDVariable> value) {
        observed.put(name, value);
    }

    /** The recorded values, in the order of the network. */
    public Map<String, SDVariable> observed() {
        var values = new LinkedHashMap<String, SDVariable>();
        observed.forEach((name, value) -> values.put(name, value.get()));
        return values;
    }

    /** The parameters in the order of first use. */
    public List<Parameter> declared() {
        return List.copyOf(declared.values());
    }

    /** A declared parameter. Throws {@link IllegalArgumentException} if there is none with this name. */
    public SDVariable variable(String name) {
        SDVariable variable = variables.get(name);
        if (variable == null) {
            throw new IllegalArgumentException(
                    "expected one of the parameters " + variables.keySet() + ", got " + name);
        }
        return variable;
    }

    public SameDiff graph() {
        return shapes.graph();
    }

    public Shapes shapes() {
        return shapes;
    }

    public DataType type() {
        return type;
    }

    /** Type of matrix products and convolutions. */
    public DataType products() {
        return products;
    }

    /** Shape of a variable. */
    public long[] shape(SDVariable variable) {
        return shapes.of(variable);
    }

    /** The same values in another shape. */
    public SDVariable reshape(SDVariable x, long... shape) {
        return graph().reshape(x, shape);
    }
}
