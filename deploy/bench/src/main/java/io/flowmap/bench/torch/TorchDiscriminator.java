package io.flowmap.bench.torch;

import io.flowmap.adversarial.discriminator.DiscriminatorConfig;
import io.flowmap.nn.Parameter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** StyleGAN2's residual discriminator without classes in libtorch, and the parameters' gradient of R1 by double backward. */
public final class TorchDiscriminator implements AutoCloseable {
    private static final double RESIDUAL = Math.sqrt(0.5);
    private static final double RECTIFIER = Math.sqrt(2);
    private static final double[] FILTER = {1 / 8.0, 3 / 8.0, 3 / 8.0, 1 / 8.0};

    private final PointerScope owned;
    private final DiscriminatorConfig config;
    private final List<Integer> levels;
    private final Options options;
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();

    /**
     * Variants of libtorch's computation; the benchmark uses the fastest.
     *
     * @param channelsLast NHWC memory format instead of NCHW
     * @param pooled filters as three 2x2 means instead of a depthwise convolution
     */
    public record Options(boolean channelsLast, boolean pooled) {
        @Override
        public String toString() {
            return (channelsLast ? "channels-last" : "nchw") + (pooled ? "+means" : "+depthwise");
        }
    }

    /** @param values flat vector of the parameters */
    public TorchDiscriminator(DiscriminatorConfig config, List<Parameter> list, float[] values, Options options) {
        this.config = config;
        this.levels = config.levels();
        this.options = options;
        try (var scope = new PointerScope()) {
            this.owned = scope.extend();
            int offset = 0;
            for (Parameter p : list) {
                var piece = Arrays.copyOfRange(values, offset, offset + (int) p.length());
                Tensor leaf = Torch.tensor(ScalarType.Float, piece, p.shape()).detach();
                parameters.put(p.name(), leaf.set_requires_grad(true));
                offset += piece.length;
            }
        }
    }

    /** d/dparameters of mean R1 / 2 at images [N,C,H,W], flat; zeros for parameters without influence. */
    public float[] penaltyGradient(float[] images, int batch) {
        try (var scope = new PointerScope()) {
            long[] shape = {
                batch,
                config.shape().channels(),
                config.shape().height(),
                config.shape().width()
            };
            Tensor x = Torch.tensor(ScalarType.Float, images, shape);
            x = options.channelsLast() ? x.contiguous(MemoryFormat.ChannelsLast) : x;
            x = x.detach().set_requires_grad(true);
            Tensor slope = grad(logits(x).sum(), new TensorVector(x), true).get(0);
            Tensor penalty = Torch.mul(slope.square().sum(), 0.5 / batch);
            var wanted = new TensorVector(parameters.values().toArray(Tensor[]::new));
            var gradients = grad(penalty, wanted, false);
            return flat(gradients);
        }
    }

    private static TensorVector grad(Tensor output, TensorVector inputs, boolean graph) {
        return torch.grad(new TensorVector(output), inputs, new TensorVector(), new BoolOptional(), graph, true);
    }

    private float[] flat(TensorVector gradients) {
        long length = parameters.values().stream().mapToLong(Tensor::numel).sum();
        var flat = new float[(int) length];
        int offset = 0;
        int i = 0;
        for (Tensor parameter : parameters.values()) {
            Tensor gradient = gradients.get(i++);
            if (gradient.defined()) {
                double[] values = Torch.values(gradient);
                for (int k = 0; k < values.length; k++) {
                    flat[offset + k] = (float) values[k];
                }
            }
            offset += (int) parameter.numel();
        }
        return flat;
    }

    private Tensor logits(Tensor x) {
        Tensor y = convolution("b" + levels.get(0) + ".fromrgb", x, 1, 1, 0);
        for (int level : levels.subList(0, levels.size() - 1)) {
            String block = "b" + level + ".";
            Tensor skip = plain(weight(block + "skip", RESIDUAL), halved(y), 1, 0, null);
            Tensor z = convolution(block + "conv0", y, 1, 1, 1);
            y = skip.add(convolution(block + "conv1", filtered(z), RESIDUAL, 2, 0));
        }
        String last = "b" + levels.get(levels.size() - 1) + ".";
        y = convolution(last + "conv", withDeviation(y), 1, 1, 1);
        y = y.contiguous().reshape(y.size(0), -1);
        y = rectified(torch.linear(y, weight(last + "fc", RECTIFIER), bias(last + "fc", RECTIFIER)));
        return torch.linear(y, weight(last + "out", 1), bias(last + "out", 1));
    }

    private Tensor withDeviation(Tensor x) {
        long batch = x.size(0);
        long group = Math.min(config.groupSize(), batch);
        Tensor y = x.reshape(group, batch / group, x.size(1), x.size(2), x.size(3));
        y = y.sub(mean(y, 0)).square();
        y = Torch.add(mean(y, 0), 1e-8).sqrt();
        y = mean(y, 2, 3, 4).reshape(batch / group, 1, 1, 1).repeat(group, 1, x.size(2), x.size(3));
        return Torch.concatenate(1, x, y);
    }

    private static Tensor mean(Tensor x, long... axes) {
        double count = 1;
        for (long axis : axes) {
            count *= x.size(axis);
        }
        return Torch.mul(Torch.sum(x, axes), 1 / count);
    }

    private Tensor convolution(String name, Tensor x, double gain, int stride, int pad) {
        double all = RECTIFIER * gain;
        return rectified(plain(weight(name, all), x, stride, pad, bias(name, all)));
    }

    private static Tensor plain(Tensor weight, Tensor x, int stride, int pad, Tensor bias) {
        var given = bias == null ? new TensorOptional() : new TensorOptional(bias);
        return torch.conv2d(x, weight, given, new long[] {stride, stride}, new long[] {pad, pad}, new long[] {1, 1}, 1);
    }

    private Tensor filtered(Tensor x) {
        return options.pooled() ? window(window(window(x, 1, 1), 1, 1), 0, 1) : depthwise(x, 1, 2);
    }

    private Tensor halved(Tensor x) {
        return options.pooled() ? window(window(window(x, 1, 1), 0, 1), 0, 2) : depthwise(x, 2, 1);
    }

    private static Tensor window(Tensor x, long pad, long stride) {
        return torch.avg_pool2d(
                x,
                new long[] {2, 2},
                new long[] {stride, stride},
                new long[] {pad, pad},
                false,
                true,
                new LongOptional());
    }

    private static Tensor depthwise(Tensor x, long stride, long pad) {
        long channels = x.size(1);
        var kernel = new double[16];
        for (int i = 0; i < kernel.length; i++) {
            kernel[i] = FILTER[i / 4] * FILTER[i % 4];
        }
        Tensor filter = Torch.tensor(ScalarType.Float, kernel, 1, 1, 4, 4).repeat(channels, 1, 1, 1);
        return torch.conv2d(
                x,
                filter,
                new TensorOptional(),
                new long[] {stride, stride},
                new long[] {pad, pad},
                new long[] {1, 1},
                channels);
    }

    private static Tensor rectified(Tensor x) {
        return torch.leaky_relu(x, new Scalar(0.2));
    }

    private Tensor weight(String name, double gain) {
        Tensor weight = parameters.get(name + ".weight");
        double fanIn = (double) weight.numel() / weight.size(0);
        Tensor scaled = Torch.mul(weight, gain / Math.sqrt(fanIn));
        return options.channelsLast() && weight.dim() == 4 ? scaled.contiguous(MemoryFormat.ChannelsLast) : scaled;
    }

    private Tensor bias(String name, double gain) {
        return Torch.mul(parameters.get(name + ".bias"), gain);
    }

    @Override
    public void close() {
        owned.close();
    }
}
