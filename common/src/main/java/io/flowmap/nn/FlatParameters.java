package io.flowmap.nn;

import io.flowmap.tensor.ParameterLayout;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Parameters in one flat vector [P]: in list order, without gaps, each in C order. Training, averaging and storage use this vector, and all
 * code that iterates over it does so here.
 *
 * @param list parameters in order
 */
public record FlatParameters(List<Parameter> list) implements Iterable<Parameter>, Serializable {
    public FlatParameters {
        list = List.copyOf(list);
    }

    /** Called for each parameter with its position in the list and the offset of its first element in the vector. */
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

    /** Number of elements of the vector. */
    public long length() {
        return list.stream().mapToLong(Parameter::length).sum();
    }

    /**
     * The parameters that a training changes. The single pattern {@code *} selects all, including fixed buffers. Otherwise selects the
     * parameters that have gradients and match one of the patterns, where {@code *} stands for any text. Throws {@link
     * IllegalArgumentException} if a pattern matches none.
     */
    public FlatParameters matching(List<String> patterns) {
        if (patterns.equals(List.of("*"))) {
            return this;
        }
        var kept = new LinkedHashSet<Parameter>();
        for (var pattern : patterns) {
            var wildcard = Wildcard.of(pattern);
            var matched = list.stream()
                    .filter(p -> p.trained() && wildcard.test(p.name()))
                    .toList();
            if (matched.isEmpty()) {
                throw new IllegalArgumentException("expected patterns that match trained parameters such as "
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

    /** These parameters without those of {@code others}. */
    public FlatParameters without(FlatParameters others) {
        var names = others.names();
        return only(p -> !names.contains(p.name()));
    }

    /** Extracts the values of these parameters from the flat vector of a list that contains them. */
    public float[] select(FlatParameters all, float[] flat) {
        var selected = new float[Math.toIntExact(length())];
        copy(all.layout(), flat, layout(), selected);
        return selected;
    }

    /** Writes the values of these parameters into the flat vector of a list that contains them. */
    public void place(float[] values, FlatParameters all, float[] flat) {
        copy(layout(), values, all.layout(), flat);
    }

    /** Copies the values of one parameter to another of the same length within their flat vector. */
    public void copy(String from, String to, float[] flat) {
        var source = layout().entry(from);
        var target = layout().entry(to);
        System.arraycopy(flat, (int) source.offset(), flat, (int) target.offset(), (int) target.length());
    }

    /** Writes those of the arrays that have a name in this list into its flat vector. */
    public void fill(Map<String, INDArray> arrays, float[] flat) {
        forEach((place, p, offset) -> {
            var array = arrays.get(p.name());
            if (array != null) {
                float[] values = array.data().asFloat();
                System.arraycopy(values, 0, flat, (int) offset, values.length);
            }
        });
    }

    /** The parameters that a predicate selects. */
    public FlatParameters only(Predicate<Parameter> wanted) {
        return new FlatParameters(list.stream().filter(wanted).toList());
    }

    /** Names of the parameters. */
    public Set<String> names() {
        return list.stream().map(Parameter::name).collect(Collectors.toSet());
    }

    /** Copies the entries that both layouts contain. */
    private static void copy(ParameterLayout from, float[] values, ParameterLayout to, float[] target) {
        var byName = from.entries().stream().collect(Collectors.toMap(ParameterLayout.Entry::name, e -> e));
        for (var entry : to.entries()) {
            var source = byName.get(entry.name());
            if (source != null) {
                System.arraycopy(values, (int) source.offset(), target, (int) entry.offset(), (int) entry.length());
            }
        }
    }

    /** Index of the vector, as stored in checkpoints. */
    public ParameterLayout layout() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        list.forEach(p -> shapes.put(p.name(), p.shape()));
        return ParameterLayout.of(shapes);
    }

    /** Views into a vector, by name. */
    public Map<String, INDArray> views(INDArray flat) {
        Map<String, INDArray> views = new LinkedHashMap<>();
        forEach((place, p, offset) -> views.put(
                p.name(),
                flat.get(NDArrayIndex.interval(offset, offset + p.length())).reshape('c', p.shape())));
        return views;
    }

    /** New arrays by name, filled from a vector, which may be longer than this list. */
    public Map<String, INDArray> arrays(float[] flat) {
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        forEach((place, p, offset) -> {
            float[] values = Arrays.copyOfRange(flat, (int) offset, (int) (offset + p.length()));
            arrays.put(p.name(), p.shape().length == 0 ? Nd4j.scalar(values[0]) : Nd4j.create(values, p.shape(), 'c'));
        });
        return arrays;
    }
}
