package io.flowmap.nn;

import io.flowmap.tensor.ParameterLayout;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Parameters in one flat vector [P]: in their order, without gaps, each in C order. All that a training updates, averages and stores;
 * whoever walks along such a vector does it here.
 *
 * @param list the parameters
 */
public record FlatParameters(List<Parameter> list) implements Iterable<Parameter>, Serializable {
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

    /**
     * The part that a training changes: all for the pattern {@code *} alone, fixed buffers included; else those that have gradients and a
     * name that one of the patterns matches, in which {@code *} stands for any text. Throws {@link IllegalArgumentException} where a
     * pattern matches none.
     */
    public FlatParameters matching(List<String> patterns) {
        if (patterns.equals(List.of("*"))) {
            return this;
        }
        var kept = new LinkedHashSet<Parameter>();
        for (var pattern : patterns) {
            var regex = Pattern.compile(
                    Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
            var matched = list.stream()
                    .filter(p -> p.trained() && regex.matcher(p.name()).matches())
                    .toList();
            if (matched.isEmpty()) {
                throw new IllegalArgumentException("expected patterns of trained parameters such as "
                        + list.stream()
                                .filter(Parameter::trained)
                                .map(Parameter::name)
                                .findFirst()
                                .orElse("none")
                        + ", got " + pattern);
            }
            kept.addAll(matched);
        }
        return new FlatParameters(list.stream().filter(kept::contains).toList());
    }

    /** Those that are not among others. */
    public FlatParameters without(FlatParameters others) {
        var names = others.list.stream().map(Parameter::name).collect(Collectors.toSet());
        return new FlatParameters(
                list.stream().filter(p -> !names.contains(p.name())).toList());
    }

    /** Values of these out of the flat vector of a list that has them all. */
    public float[] select(FlatParameters all, float[] flat) {
        var selected = new float[Math.toIntExact(length())];
        copy(all.layout(), flat, layout(), selected);
        return selected;
    }

    /** Writes the values of these into the flat vector of a list that has them all. */
    public void place(float[] values, FlatParameters all, float[] flat) {
        copy(layout(), values, all.layout(), flat);
    }

    /** Copies the entries that both layouts have. */
    private static void copy(ParameterLayout from, float[] values, ParameterLayout to, float[] target) {
        var byName = from.entries().stream().collect(Collectors.toMap(ParameterLayout.Entry::name, e -> e));
        for (var entry : to.entries()) {
            var source = byName.get(entry.name());
            if (source != null) {
                System.arraycopy(values, (int) source.offset(), target, (int) entry.offset(), (int) entry.length());
            }
        }
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
