package io.flowmap.flow;

import io.flowmap.graph.Shapes;
import io.flowmap.nn.Condition;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A new graph and the arrays of its inputs, by name. Closing it frees the arrays that it created or was given to own. */
public final class GraphInputs implements AutoCloseable {
    private static final String CONDITION = "condition.";
    private static final String NULL = "null.";

    private final Shapes shapes;
    private final DataType type;
    private final Map<String, INDArray> arrays = new LinkedHashMap<>();
    private final List<INDArray> owned = new ArrayList<>();

    public GraphInputs(DataType type) {
        this(type, Precision.FLOAT32);
    }

    /** A graph whose networks have products of another precision. */
    public GraphInputs(DataType type, Precision precision) {
        this.type = type;
        this.shapes = new Shapes(SameDiff.create(), precision.products(type));
    }

    public Shapes shapes() {
        return shapes;
    }

    public DataType type() {
        return type;
    }

    /** Adds an input of this shape, with a new zero array. */
    public SDVariable add(String name, long... shape) {
        return bind(name, own(Nd4j.create(type, shape)));
    }

    /** Adds inputs for a condition, named {@code condition.<name>}, and {@code null.<name>} for what is in its place where it is dropped. */
    public Condition condition(ConditionShape shape, long n) {
        var inputs = new TreeMap<String, SDVariable>();
        var nulls = new TreeMap<String, SDVariable>();
        shape.arrays().keySet().forEach(name -> {
            inputs.put(name, add(CONDITION + name, shape.of(n, name)));
            if (!ConditionShape.isZeroWhenDropped(name)) {
                nulls.put(name, add(NULL + name, shape.of(1, name)));
            }
        });
        return new Condition(inputs, nulls);
    }

    /** Writes the nulls of a condition, [...] by name. Those that are missing stay as they are, zeros at first. */
    public void nulls(Map<String, float[]> values) {
        values.forEach((name, array) -> {
            if (arrays.containsKey(NULL + name)) {
                arrays.get(NULL + name).data().setData(array);
            }
        });
    }

    /** Array [N,...] of a condition's input. */
    public INDArray condition(String name) {
        return array(CONDITION + name);
    }

    /**
     * Adds an input for samples. Points [D] are read as they are; images [C,H,W] are written by the caller as [N,C,H,W] and read by the
     * graph as [N,H,W,C].
     */
    public SDVariable samples(String name, long n, long... shape) {
        long[] full = LongStream.concat(LongStream.of(n), LongStream.of(shape)).toArray();
        SDVariable natural = add(name, full);
        if (shape.length != 3) {
            return natural;
        }
        return shape[0] == 1
                ? shapes.graph().reshape(natural, n, shape[1], shape[2], 1)
                : shapes.graph().permute(natural, 0, 2, 3, 1);
    }

    /** Converts samples of the graph to the caller's layout: images [N,H,W,C] to [N,C,H,W], points unchanged. */
    public SDVariable natural(SDVariable samples) {
        return shapes.of(samples).length == 4 ? shapes.graph().permute(samples, 0, 3, 1, 2) : samples;
    }

    /** A zero array for the values of an output variable. */
    public INDArray output(SDVariable variable) {
        return own(Nd4j.create(type, shapes.of(variable)));
    }

    /** Takes ownership of an array: it is freed with the graph. */
    public INDArray own(INDArray array) {
        owned.add(array);
        return array;
    }

    /** Adds an input over an array that the caller keeps. */
    public SDVariable bind(String name, INDArray array) {
        arrays.put(name, array);
        return shapes.graph().placeHolder(name, type, array.shape());
    }

    /** Binds the array of an existing variable of the graph, such as a network's parameter. */
    public void bind(SDVariable variable, INDArray array) {
        arrays.put(variable.name(), array);
    }

    public INDArray array(String name) {
        return arrays.get(name);
    }

    public Map<String, INDArray> arrays() {
        return arrays;
    }

    /** Frees the arrays. Call it when no program of the graph runs any more. */
    @Override
    public void close() {
        owned.forEach(INDArray::close);
        shapes.close();
    }
}
