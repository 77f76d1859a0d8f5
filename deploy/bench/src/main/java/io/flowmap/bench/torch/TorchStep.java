package io.flowmap.bench.torch;

import io.flowmap.bench.step.BenchNetwork;
import io.flowmap.bench.step.FlowmapStep;
import io.flowmap.bench.step.StepConfig;
import io.flowmap.bench.step.StepContender;
import io.flowmap.bench.step.StepInputs;
import io.flowmap.bench.step.StepOutputs;
import io.flowmap.bench.torch.TorchField.Point;
import io.flowmap.model.FieldProgram;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * One AYF-EMD step (AYF Thm 3.2) in libtorch: both teachers without gradient, with weights normalised beforehand; the student's weights
 * normalised once with gradient; its tangent by a central difference without gradient; the loss against the tangent-normalised target;
 * backward; Adam over one flat parameter vector.
 */
public final class TorchStep implements StepContender {
    private final BenchNetwork network;
    private final StepConfig settings;
    private final TorchOptions options;
    private final PointerScope owned;
    private final Map<String, Tensor> constants;
    private final Tensor parameters;
    private final Tensor first;
    private final Tensor second;
    private final TorchField main;
    private final TorchField weak;
    private long steps;

    /**
     * @param student raw (not normalised) parameters and constants by EDM2's names; the teachers have the same, without the embeddings
     *     of target time and guidance
     */
    public TorchStep(
            BenchNetwork network,
            StepConfig settings,
            TorchOptions options,
            Map<String, float[]> student,
            Map<String, float[]> main,
            Map<String, float[]> weak) {
        this.network = network;
        this.settings = settings;
        this.options = options;
        try (var scope = new PointerScope()) {
            this.owned = scope.extend();
            this.constants = tensors(network.constants(), student);
            Tensor[] pieces = tensors(network.parameters(), student).values().stream()
                    .map(piece -> piece.reshape(-1))
                    .toArray(Tensor[]::new);
            this.parameters = Torch.concatenate(0, pieces);
            this.first = torch.zeros_like(parameters);
            this.second = torch.zeros_like(parameters);
            parameters.set_requires_grad(true);
            this.main = teacher(main);
            this.weak = teacher(weak);
        }
    }

    @Override
    public String name() {
        return "libtorch";
    }

    @Override
    public StepOutputs evaluate(StepInputs inputs) {
        return evaluate(inputs, Optional.empty());
    }

    /** Like {@link #evaluate(StepInputs)}, with a given dF/dt [B,C,H,W] instead of the central difference. */
    public StepOutputs evaluate(StepInputs inputs, Optional<double[]> tangent) {
        try (var scope = new PointerScope()) {
            var pass = new Pass(inputs, tangent);
            var gradients = new LinkedHashMap<String, double[]>();
            double[] flat = Torch.values(pass.gradient());
            int offset = 0;
            for (var entry : network.parameters().entrySet()) {
                int length = Math.toIntExact(BenchNetwork.length(entry.getValue()));
                gradients.put(entry.getKey(), Arrays.copyOfRange(flat, offset, offset + length));
                offset += length;
            }
            return new StepOutputs(
                    Torch.values(pass.field),
                    Torch.values(pass.velocity),
                    Torch.values(pass.tangent),
                    Torch.values(pass.residual),
                    pass.loss.item_double(),
                    gradients);
        }
    }

    @Override
    public double step(StepInputs inputs) {
        try (var scope = new PointerScope()) {
            var pass = new Pass(inputs, Optional.empty());
            Tensor gradient = pass.gradient();
            adam(gradient);
            return pass.loss.item_double();
        }
    }

    private static long evaluation(BenchNetwork network) {
        var unet = FlowmapStep.unet(network, network.targetTime());
        return FieldProgram.multiplyAdds(unet, unet.sample());
    }

    /** Multiply-adds of both teachers, the field with gradients (backward counts as two evaluations) and the central difference. */
    @Override
    public long multiplyAdds(int batch) {
        return batch * (2 * evaluation(network.teacher()) + 5 * evaluation(network));
    }

    @Override
    public void close() {
        owned.close();
    }

    /** The values of one step, in the order of computation. */
    private final class Pass {
        private final Tensor velocity;
        private final Tensor field;
        private final Tensor tangent;
        private final Tensor residual;
        private final Tensor loss;

        Pass(StepInputs inputs, Optional<double[]> given) {
            Map<String, Tensor> weights = normalisedWeights();
            Point point = point(inputs);
            try (var guard = new NoGradGuard()) {
                velocity = guided(point);
                tangent = given.map(values ->
                                Torch.tensor(options.type(), values, point.x().shape()))
                        .orElseGet(() -> difference(detached(weights), point, velocity));
            }
            field = new TorchField(unet(weights, true), network.targetTime(), settings.sigmaData()).at(point);
            TorchTarget goal;
            try (var guard = new NoGradGuard()) {
                goal = TorchTarget.of(
                        velocity, field, tangent, point.s(), point.t(), settings.warmup(), settings.normalisation());
            }
            residual = goal.residual();
            loss = Torch.mul(field.sub(goal.target()).square().sum(), 1.0 / inputs.batch());
        }

        Tensor gradient() {
            try (var outputs = new TensorVector(loss);
                    var wanted = new TensorVector(parameters)) {
                return torch.grad(outputs, wanted).get(0);
            }
        }
    }

    private Map<String, Tensor> normalisedWeights() {
        var shapes = network.parameters();
        long[] lengths =
                shapes.values().stream().mapToLong(BenchNetwork::length).toArray();
        TensorVector pieces = parameters.split_with_sizes(lengths);
        var raw = new LinkedHashMap<String, Tensor>();
        shapes.forEach((name, shape) -> raw.put(name, pieces.get(raw.size()).reshape(shape)));
        return TorchWeights.normalised(network, raw, options.channelsLast());
    }

    private static Map<String, Tensor> detached(Map<String, Tensor> weights) {
        var copies = new LinkedHashMap<String, Tensor>();
        weights.forEach((name, weight) -> copies.put(name, weight.detach()));
        return copies;
    }

    /** x_t = (1-t) x0 + t z with its times, guidance weights and one-hot labels. */
    private Point point(StepInputs inputs) {
        long b = inputs.batch();
        long side = (long) Math.sqrt(inputs.x0().length / (b * network.imageChannels()));
        long[] shape = {b, network.imageChannels(), side, side};
        Tensor t = Torch.tensor(options.type(), inputs.t(), b);
        Tensor x0 = Torch.tensor(options.type(), inputs.x0(), shape);
        Tensor z = Torch.tensor(options.type(), inputs.z(), shape);
        Tensor xt = torch.lerp(x0, z, t.reshape(-1, 1, 1, 1));
        return new Point(
                options.channelsLast() ? xt.contiguous(MemoryFormat.ChannelsLast) : xt,
                t,
                Torch.tensor(options.type(), inputs.s(), b),
                Torch.tensor(options.type(), inputs.guidance(), b),
                labels(inputs));
    }

    private Optional<Tensor> labels(StepInputs inputs) {
        if (network.labelDim() == 0) {
            return Optional.empty();
        }
        float[] rows = inputs.oneHot(network.labelDim());
        return Optional.of(Torch.tensor(options.type(), rows, inputs.batch(), network.labelDim()));
    }

    /** v = lambda v_main + (1-lambda) v_weak (AYF Eq. 3). */
    private Tensor guided(Point point) {
        return torch.lerp(weak.at(point), main.at(point), point.guidance().reshape(-1, 1, 1, 1));
    }

    /** dF/dt along (v,1,0) = [F(x+hv, t+h, s) - F(x-hv, t-h, s)] / 2h. */
    private Tensor difference(Map<String, Tensor> weights, Point point, Tensor velocity) {
        var field = new TorchField(unet(weights, false), network.targetTime(), settings.sigmaData());
        double h = options.difference();
        Point after = point.at(Torch.add(point.x(), velocity, h), Torch.add(point.t(), h));
        Point before = point.at(Torch.add(point.x(), velocity, -h), Torch.add(point.t(), -h));
        if (options.joint()) {
            long b = point.t().numel();
            Tensor both = field.at(after.join(before));
            return Torch.mul(both.narrow(0, 0, b).sub(both.narrow(0, b, b)), 0.5 / h);
        }
        return Torch.mul(field.at(after).sub(field.at(before)), 0.5 / h);
    }

    private void adam(Tensor gradient) {
        steps++;
        try (var guard = new NoGradGuard()) {
            TorchAdam.update(parameters, gradient, first, second, settings.learningRate(), steps);
        }
    }

    private TorchField teacher(Map<String, float[]> values) {
        BenchNetwork shape = network.teacher();
        try (var guard = new NoGradGuard()) {
            var weights = TorchWeights.normalised(shape, tensors(shape.parameters(), values), options.channelsLast());
            var unet = new TorchUnet(shape, weights, tensors(shape.constants(), values), options.channelsLast(), false);
            return new TorchField(unet, false, settings.sigmaData());
        }
    }

    private TorchUnet unet(Map<String, Tensor> weights, boolean gradients) {
        return new TorchUnet(network, weights, constants, options.channelsLast(), gradients);
    }

    private Map<String, Tensor> tensors(Map<String, long[]> shapes, Map<String, float[]> values) {
        var tensors = new LinkedHashMap<String, Tensor>();
        shapes.forEach((name, shape) -> tensors.put(name, Torch.tensor(options.type(), values.get(name), shape)));
        return tensors;
    }
}
