package io.flowmap.nn.flux;

import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.GraphInputs;
import io.flowmap.nn.Scope;
import io.flowmap.testing.Npy;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A graph of a reference transformer on arrays of its folder. */
final class FluxGraph implements AutoCloseable {
    private final DataType type;
    private final Map<String, Npy> arrays;
    private final Map<String, SDVariable> variables = new LinkedHashMap<>();
    final GraphInputs in;
    final Scope scope;

    /** @param arrays arrays that may become inputs */
    FluxGraph(DataType type, Map<String, Npy> arrays) {
        this.type = type;
        this.arrays = arrays;
        in = new GraphInputs(type);
        scope = Scope.trained(in.shapes(), type, "");
    }

    /** The input with this name, which is added on first use. */
    SDVariable input(String name) {
        return variables.computeIfAbsent(name, key -> input(name, FluxCase.array(arrays.get(name))));
    }

    SDVariable input(String name, INDArray values) {
        return in.bind("input:" + name, in.own(values.castTo(type)));
    }

    /** The tokens of the arrays img, txt, y, timesteps and guidance. */
    Transformer.Tokens tokens(String positions) {
        return tokens(input("img"), input("timesteps"), null, positions);
    }

    Transformer.Tokens tokens(SDVariable image, SDVariable t, SDVariable s, String positions) {
        return new Transformer.Tokens(
                image,
                FluxCase.positions(arrays.get("img_ids" + positions)),
                input("txt"),
                FluxCase.positions(arrays.get("txt_ids" + positions)),
                input("y"),
                t,
                s,
                input("guidance"));
    }

    /** Evaluates variables with these weights. */
    Map<String, double[]> run(Map<String, SDVariable> wanted, Map<String, INDArray> weights) {
        scope.declared()
                .forEach(p -> in.bind(
                        scope.variable(p.name()), in.own(weights.get(p.name()).castTo(type))));
        Map<String, INDArray> outputs = new LinkedHashMap<>();
        wanted.values().forEach(v -> outputs.put(v.name(), in.output(v)));
        try (var program = Nd4jBackend.compile(in.shapes(), in.arrays(), outputs)) {
            program.run();
            program.run(); // a second run replays the same buffers
        }
        Map<String, double[]> values = new LinkedHashMap<>();
        wanted.forEach((name, v) -> values.put(
                name,
                outputs.get(v.name()).castTo(DataType.DOUBLE).dup('c').data().asDouble()));
        return values;
    }

    @Override
    public void close() {
        in.close();
    }
}
