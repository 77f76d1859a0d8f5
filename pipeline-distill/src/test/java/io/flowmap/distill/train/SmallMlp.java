package io.flowmap.distill.train;

import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.StepReport;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.ParameterLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Flow matching on {@link DrawnSamples} by a network with one hidden layer, differentiated by hand. Rows of its first weight have unit
 * length.
 */
public final class SmallMlp implements LocalObjective {
    static final int IN = DrawnSamples.SIZE + 1;
    static final int HIDDEN = 24;
    static final int OUT = DrawnSamples.SIZE;
    public static final ParameterLayout LAYOUT = ParameterLayout.of(shapes());

    private final CounterRandom random;

    SmallMlp(long seed) {
        this.random = new CounterRandom(seed);
    }

    public static float[] initial(long seed) {
        var values = new float[(int) LAYOUT.length()];
        new CounterRandom(seed).gaussians(values, 0, values.length, 1);
        for (int i = 0; i < values.length; i++) {
            values[i] *= 0.3f;
        }
        return values;
    }

    @Override
    public ParameterLayout layout() {
        return LAYOUT;
    }

    @Override
    public StepReport gradient(INDArray parameters, INDArray gradient, Batch batch, long step) {
        int n = batch.size();
        var input = new float[n * IN];
        var target = new float[n * OUT];
        var t = new float[n];
        var noise = new float[OUT];
        for (int i = 0; i < n; i++) {
            t[i] = (float) random.uniform(batch.firstSample() + i, 0);
            random.gaussians(noise, 0, OUT, batch.firstSample() + i, 1);
            for (int j = 0; j < OUT; j++) {
                float x0 = batch.x0()[i * OUT + j];
                input[i * IN + j] = (1 - t[i]) * x0 + t[i] * noise[j];
                target[i * OUT + j] = noise[j] - x0;
            }
            input[i * IN + OUT] = t[i];
        }
        return backward(
                parameters,
                gradient,
                Nd4j.createFromArray(input).reshape(n, IN),
                Nd4j.createFromArray(target).reshape(n, OUT),
                t);
    }

    private StepReport backward(INDArray parameters, INDArray gradient, INDArray input, INDArray target, float[] t) {
        int n = t.length;
        var hidden =
                Transforms.tanh(input.mmul(view(parameters, 0).transpose()).addiRowVector(view(parameters, 1)), false);
        var residual = hidden.mmul(view(parameters, 2).transpose())
                .addiRowVector(view(parameters, 3))
                .subi(target);
        var outer = residual.mul(2.0 / n);
        var inner = outer.mmul(view(parameters, 2)).muli(hidden.mul(hidden).rsubi(1));
        view(gradient, 0).assign(inner.transpose().mmul(input));
        view(gradient, 1).assign(inner.sum(0));
        view(gradient, 2).assign(outer.transpose().mmul(hidden));
        view(gradient, 3).assign(outer.sum(0));
        var norms = residual.norm2(1).toFloatVector();
        double loss = 0;
        for (float norm : norms) {
            loss += (double) norm * norm / n;
        }
        return new StepReport(loss, norms, t, 1);
    }

    @Override
    public void normalise(INDArray parameters) {
        var rows = view(parameters, 0);
        rows.diviColumnVector(rows.norm2(1));
    }

    @Override
    public void close() {}

    private static INDArray view(INDArray flat, int number) {
        var entry = LAYOUT.entries().get(number);
        return flat.get(NDArrayIndex.interval(entry.offset(), entry.offset() + entry.length()))
                .reshape(entry.shape());
    }

    private static Map<String, long[]> shapes() {
        var shapes = new LinkedHashMap<String, long[]>();
        shapes.put("hidden.weight", new long[] {HIDDEN, IN});
        shapes.put("hidden.bias", new long[] {HIDDEN});
        shapes.put("out.weight", new long[] {OUT, HIDDEN});
        shapes.put("out.bias", new long[] {OUT});
        return shapes;
    }
}
