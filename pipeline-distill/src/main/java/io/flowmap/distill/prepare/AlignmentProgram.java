package io.flowmap.distill.prepare;

import io.flowmap.engine.Program;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.Scope;
import io.flowmap.nn.TimeEmbedding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce.floating.SquaredNorm;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The loss mean over a batch of ||emb_new(t) - emb_EDM2(ln(sigma)/4)||^2 and its gradient with respect to the new weight, compiled for
 * one batch size. Usage: write {@link #times}, call {@link #run()}, read the gradient and {@link #distances}.
 */
final class AlignmentProgram implements AutoCloseable {
    private final GraphInputs inputs = new GraphInputs(DataType.FLOAT);
    private final Map<String, INDArray> outputs = new LinkedHashMap<>();
    private final INDArray distances;
    private final INDArray magnitudes;
    private final Program program;

    /**
     * @param imported target embedding, of c = ln(sigma)/4
     * @param aligned embedding of c = t; its weight is not read
     * @param weight flat [E n] that the program reads
     * @param gradient flat [E n] that it writes
     */
    AlignmentProgram(
            TimeEmbedding network,
            NoiseEmbedding imported,
            NoiseEmbedding aligned,
            int batch,
            INDArray weight,
            INDArray gradient) {
        SDVariable t = inputs.add("t", batch);
        long[] shape = aligned.trained().shape();
        var old = Scope.trained(inputs.shapes(), inputs.type(), "imported.");
        var fresh = Scope.trained(inputs.shapes(), inputs.type(), "aligned.");
        SDVariable target = network.of(old, NoiseLabel.LOG_SIGMA.of(old, t));
        SDVariable embedding = network.of(fresh, NoiseLabel.TIME.of(fresh, t));
        bind(old, imported, inputs.own(Nd4j.createFromArray(imported.weight())));
        bind(fresh, aligned, weight);
        SDVariable difference = embedding.sub(target);
        SDVariable trained = fresh.variable(aligned.trained().name());
        SDVariable slope = Vjp.of(inputs.shapes(), embedding, difference.mul(2.0 / batch), List.of(trained))
                .get(trained);
        outputs.put(slope.name(), gradient.reshape('c', shape));
        distances = squares(difference);
        magnitudes = squares(target);
        program = Nd4jBackend.compile(inputs.shapes(), inputs.arrays(), outputs);
    }

    private void bind(Scope scope, NoiseEmbedding embedding, INDArray weight) {
        var arrays = List.of(
                inputs.own(Nd4j.createFromArray(embedding.frequencies())),
                inputs.own(Nd4j.createFromArray(embedding.phases())),
                weight.reshape('c', embedding.trained().shape()));
        for (int i = 0; i < arrays.size(); i++) {
            inputs.bind(scope.variable(embedding.parameters().get(i).name()), arrays.get(i));
        }
    }

    private INDArray squares(SDVariable rows) {
        SDVariable squares = new SquaredNorm(inputs.shapes().graph(), rows, true, 1).outputVariable();
        INDArray kept = inputs.output(squares);
        outputs.put(squares.name(), kept);
        return kept;
    }

    /** Sets t of every sample. */
    void times(float[] t) {
        inputs.array("t").data().setData(t);
    }

    void run() {
        program.run();
    }

    /** ||emb_new - emb_EDM2||^2 of each sample of the last run. */
    float[] distances() {
        return distances.data().asFloat();
    }

    /** ||emb_EDM2||^2 of each sample of the last run. */
    float[] magnitudes() {
        return magnitudes.data().asFloat();
    }

    @Override
    public void close() {
        program.close();
        inputs.close();
    }
}
