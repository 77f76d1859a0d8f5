package io.flowmap.flow;

import io.flowmap.autodiff.Shapes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A new graph and the arrays of its inputs, by name. */
public final class GraphInputs {
    private final Shapes shapes = new Shapes(SameDiff.create());
    private final DataType type;
    private final Map<String, INDArray> arrays = new LinkedHashMap<>();

    public GraphInputs(DataType type) {
        this.type = type;
    }

    public Shapes shapes() {
        return shapes;
    }

    public DataType type() {
        return type;
    }

    /** An input of that shape, with a zero array of its own. */
    public SDVariable add(String name, long... shape) {
        return bind(name, Nd4j.create(type, shape));
    }

    /** Images that the caller writes as [N,C,H,W] and the graph reads as [N,H,W,C]. */
    public SDVariable images(String name, long n, long channels, long height, long width) {
        SDVariable nchw = add(name, n, channels, height, width);
        return channels == 1
                ? shapes.graph().reshape(nchw, n, height, width, 1)
                : shapes.graph().permute(nchw, 0, 2, 3, 1);
    }

    /** An input over a given array. */
    public SDVariable bind(String name, INDArray array) {
        arrays.put(name, array);
        return shapes.graph().placeHolder(name, type, array.shape());
    }

    /** The array of an existing variable of the graph, a network's parameter. */
    public void bind(SDVariable variable, INDArray array) {
        arrays.put(variable.name(), array);
    }

    public INDArray array(String name) {
        return arrays.get(name);
    }

    public Map<String, INDArray> arrays() {
        return arrays;
    }
}
