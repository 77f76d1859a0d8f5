package io.flowmap.nn;

import io.flowmap.tensor.ParameterLayout;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Parameters in one flat vector [P]: in their order, without gaps, each in C order. All that a training updates, averages and stores;
 * whoever walks along such a vector does it here.
 *
 * @param list the parameters
 */
public record FlatParameters(List<Parameter> list) implements Iterable<Parameter> {
    public FlatParameters {
        list = List.copyOf(list);
    }

    /** What to do with the parameter of that place in the list, whose first element is the vector's element {@code offset}. */
    @FunctionalInterface
    public interface Visitor {
        void at(int place, Parameter parameter, long offset);
    }

    public void forEach(Visitor visitor) {
        long offset = 0;
        for (int place = 0; place < list.size(); place++) {
            visitor.at(place, list.get(place), offset);
            offset += list.get(place).length();
        }
    }

    @Override
    public Iterator<Parameter> iterator() {
        return list.iterator();
    }

    /** Elements of the vector. */
    public long length() {
        return list.stream().mapToLong(Parameter::length).sum();
    }

    /** The vector's index, as checkpoints keep it. */
    public ParameterLayout layout() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        list.forEach(p -> shapes.put(p.name(), p.shape()));
        return ParameterLayout.of(shapes);
    }

    /** Views of a vector by name. */
    public Map<String, INDArray> views(INDArray flat) {
        Map<String, INDArray> views = new LinkedHashMap<>();
        forEach((place, p, offset) -> views.put(
                p.name(),
                flat.get(NDArrayIndex.interval(offset, offset + p.length())).reshape('c', p.shape())));
        return views;
    }

    /** New arrays by name with the values of a vector, which may go on behind them. */
    public Map<String, INDArray> arrays(float[] flat) {
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        forEach((place, p, offset) -> {
            float[] values = Arrays.copyOfRange(flat, (int) offset, (int) (offset + p.length()));
            arrays.put(p.name(), p.shape().length == 0 ? Nd4j.scalar(values[0]) : Nd4j.create(values, p.shape(), 'c'));
        });
        return arrays;
    }
}
