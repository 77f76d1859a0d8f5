package io.flowmap.nn;

import io.flowmap.graph.Shapes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** A network on samples [N,...], images [N,H,W,C] or points [N,D]. Fields and denoisers add the preconditioning. */
public interface Network {
    /** Shape of a sample as the layers see it: [H,W,C] or [D]. */
    long[] sample();

    /** Shape of a small valid sample, used for dry runs. */
    default long[] smallest() {
        return sample();
    }

    /**
     * Throws {@link IllegalArgumentException} unless the network takes samples of this shape, [H,W,C] or [D], with the same parameters as
     * those of {@link #sample()}. By default it takes no other shape.
     */
    default void requireTakes(long... other) {
        if (!Arrays.equals(other, sample())) {
            throw new IllegalArgumentException(
                    "expected samples of " + Arrays.toString(sample()) + ", got " + Arrays.toString(other));
        }
    }

    /** Conditions of the network. */
    ConditionShape condition();

    /** Whether it takes a target time and a guidance weight. */
    boolean isFlowMap();

    /**
     * Whether it returns the field itself: the velocity, or the mean velocity of a flow map. Otherwise {@code flow.NetworkField} adds EDM's
     * preconditioning.
     */
    default boolean isField() {
        return false;
    }

    /** Whether an array or linear map with this name belongs to the flow map only: an input that the velocity network does not have. */
    default boolean isLate(String name) {
        return false;
    }

    /** Arrays of the flow map that start as copies of other arrays: their names, each with the name of its original. */
    default Map<String, String> copies() {
        return Map.of();
    }

    /** Emits the network into the scope's graph. The result has the shape of x. */
    SDVariable apply(Scope scope, Input input);

    /** Names of its arrays in storage order, by default the order of use. */
    default List<String> order() {
        return declared().stream().map(Parameter::name).toList();
    }

    /** Name of the last layer's weight, which adversarial finetuning uses to balance two losses. */
    String lastLayer();

    /** All arrays in the order of the flat vector. */
    default FlatParameters parameters() {
        var byName = new TreeMap<String, Parameter>();
        declared().forEach(p -> byName.put(p.name(), p));
        return new FlatParameters(order().stream().map(byName::get).toList());
    }

    /** All arrays in the order of use, as declared in a dry run. */
    default List<Parameter> declared() {
        try (var shapes = new Shapes(SameDiff.create())) {
            var scope = Scope.trained(shapes, DataType.FLOAT, "");
            apply(scope, Input.placeholders(this, shapes, DataType.FLOAT, 1, smallest()));
            return scope.declared();
        }
    }

    /**
     * Inputs of a network.
     *
     * @param x [N,...]
     * @param noise noise label of each sample [N]
     * @param condition of each sample
     * @param target target time s [N]; used by flow maps only, else may be null
     * @param guidance guidance weight [N]; used by flow maps only, else may be null
     */
    record Input(SDVariable x, SDVariable noise, Condition condition, SDVariable target, SDVariable guidance) {
        /** Creates placeholders for a batch of samples of a shape. */
        public static Input placeholders(Network network, Shapes shapes, DataType type, long batch, long... sample) {
            var graph = shapes.graph();
            var shape = LongStream.concat(LongStream.of(batch), LongStream.of(sample))
                    .toArray();
            var condition = new TreeMap<String, SDVariable>();
            network.condition()
                    .arrays()
                    .keySet()
                    .forEach(name -> condition.put(
                            name,
                            graph.placeHolder(
                                    "input:" + name, type, network.condition().of(batch, name))));
            return new Input(
                    graph.placeHolder("input:x", type, shape),
                    graph.placeHolder("input:noise", type, batch),
                    new Condition(condition),
                    graph.placeHolder("input:target", type, batch),
                    graph.placeHolder("input:guidance", type, batch));
        }
    }
}
