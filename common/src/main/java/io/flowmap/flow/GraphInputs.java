package io.flowmap.flow;

import io.flowmap.autodiff.Shapes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.LongStream;
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

    /**
     * Samples of a shape: points [D], which the graph reads as they are, or images [C,H,W], which the caller writes as
     * [N,C,H,W] and the graph reads as [N,H,W,C].
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

    /** The graph's samples as the caller reads them: images [N,H,W,C] as [N,C,H,W], points as they are. */
    public SDVariable natural(SDVariable samples) {
        return shapes.of(samples).length == 4 ? shapes.graph().permute(samples, 0, 3, 1, 2) : samples;
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
