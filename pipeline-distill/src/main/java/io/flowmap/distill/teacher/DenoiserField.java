package io.flowmap.distill.teacher;

import io.flowmap.flow.Denoiser;
import io.flowmap.flow.PerSample;
import io.flowmap.graph.Shapes;
import io.flowmap.model.TeacherGraph;
import io.flowmap.nn.Network;
import io.flowmap.nn.Scope;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The velocity of EDM2's denoiser by the exact change of variables, v(x_t, t) = (x_t - D(x_t/(1-t); t/(1-t)))/t for t in (0, 1). In
 * float64 it is the reference for other forms.
 *
 * @param name name of this field in the graph
 * @param network with c_noise = ln(sigma)/4
 * @param arrays arrays of the network, by name
 */
public record DenoiserField(String name, Network network, double sigmaData, Map<String, INDArray> arrays)
        implements TeacherGraph {
    @Override
    public Emitter in(Shapes shapes, DataType type) {
        var scope = Scope.frozen(shapes, type, name + ".", arrays);
        var denoiser = new Denoiser(network, sigmaData);
        return p -> {
            SDVariable inverse = scope.graph().math().reciprocal(p.t().neg().add(1));
            SDVariable scaled = p.x().mul(PerSample.of(shapes, inverse, p.x()));
            SDVariable data = denoiser.apply(scope, scaled, p.t().mul(inverse), p.condition());
            SDVariable rate = scope.graph().math().reciprocal(p.t());
            return p.x().sub(data).mul(PerSample.of(shapes, rate, p.x()));
        };
    }

    @Override
    public void close() {
        arrays.values().forEach(INDArray::close);
    }
}
