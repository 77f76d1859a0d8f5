package io.flowmap.nn;

import io.flowmap.graph.Shapes;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** A network on samples [N,...], as fields and denoisers precondition it: images [N,H,W,C] or points [N,D]. */
public interface Network {
    /** Shape of a sample as its layers see it: [H,W,C] or [D]. */
    long[] sample();

    /** A small sample that it takes as well, for a dry run. */
    default long[] smallest() {
        return sample();
    }

    /** What it is conditioned on. */
    ConditionShape condition();

    /** Whether it takes a target time and a guidance weight. */
    boolean isFlowMap();

    /** Emits the network into the scope's graph; the result has the shape of x. */
    SDVariable apply(Scope scope, Input input);

    /** Names of its arrays in the order in which they are stored; that of their use where there is no reason for another. */
    default List<String> order() {
        return declared().stream().map(Parameter::name).toList();
    }

    /** Name of the weight of its last layer, which adversarial finetuning balances two losses by. */
    String lastLayer();

    /** All arrays, in the order of the flat vector. */
    default FlatParameters parameters() {
        var byName = new TreeMap<String, Parameter>();
        declared().forEach(p -> byName.put(p.name(), p));
        return new FlatParameters(order().stream().map(byName::get).toList());
    }

    /** All arrays in the order of their use, as a dry run declares them. */
    default List<Parameter> declared() {
        try (var shapes = new Shapes(SameDiff.create())) {
            var scope = Scope.trained(shapes, DataType.FLOAT, "");
            apply(scope, Input.placeholders(this, shapes, DataType.FLOAT, 1, smallest()));
            return scope.declared();
        }
    }

    /**
     * What a network is evaluated at.
     *
     * @param x [N,...]
     * @param noise noise label of each sample, [N]
     * @param condition of each sample
     * @param target target time s, [N]; read by a flow map only, else it may be null
     * @param guidance guidance weight, [N]; read by a flow map only, else it may be null
     */
    record Input(SDVariable x, SDVariable noise, Condition condition, SDVariable target, SDVariable guidance) {
        /** Placeholders of a batch of samples of a shape. */
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
