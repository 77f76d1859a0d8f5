package io.flowmap.bench.torch;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The few libtorch calls that the rival uses, under names short enough to read in equations. */
final class Torch {
    private static final long[] ONE = {1, 1};

    private Torch() {}

    static Tensor tensor(ScalarType type, double[] values, long... shape) {
        return Tensor.create(values, shape).to(type);
    }

    static Tensor tensor(ScalarType type, float[] values, long... shape) {
        return Tensor.create(values, shape).to(type);
    }

    static double[] values(Tensor tensor) {
        var values = new double[Math.toIntExact(tensor.numel())];
        try (Tensor plain = tensor.detach().to(ScalarType.Double).contiguous()) {
            new DoublePointer(plain.data_ptr()).get(values);
        }
        return values;
    }

    static void copy(float[] from, Tensor to) {
        new FloatPointer(to.data_ptr()).put(from);
    }

    /** a + scale b. */
    static Tensor add(Tensor a, Tensor b, double scale) {
        try (var factor = new Scalar(scale)) {
            return torch.add(a, b, factor);
        }
    }

    static Tensor addInPlace(Tensor a, Tensor b, double scale) {
        try (var factor = new Scalar(scale)) {
            return a.add_(b, factor);
        }
    }

    static Tensor add(Tensor a, double value) {
        try (var term = new Scalar(value)) {
            return a.add(term);
        }
    }

    static Tensor mul(Tensor a, double value) {
        try (var factor = new Scalar(value)) {
            return a.mul(factor);
        }
    }

    static Tensor mulInPlace(Tensor a, double value) {
        try (var factor = new Scalar(value)) {
            return a.mul_(factor);
        }
    }

    /** Euclidean norm over the given axes, which are kept with length one. */
    static Tensor norm(Tensor a, long... axes) {
        try (var two = new Scalar(2.0);
                var type = new ScalarTypeOptional()) {
            return torch.linalg_vector_norm(a, two, axes, true, type);
        }
    }

    /** Convolution of stride one, padded to keep the size. */
    static Tensor convolve(Tensor x, Tensor weight) {
        long border = weight.size(2) / 2;
        try (var bias = new TensorOptional()) {
            return torch.conv2d(x, weight, bias, ONE, new long[] {border, border}, ONE, 1);
        }
    }

    static Tensor concatenate(long axis, Tensor... parts) {
        try (var list = new TensorVector(parts)) {
            return torch.cat(list, axis);
        }
    }

    /** Twice the size, nearest neighbour (EDM2's resampling filter [1,1], mode up). */
    static Tensor doubled(Tensor x) {
        return torch.upsample_nearest2d(x, 2 * x.size(2), 2 * x.size(3));
    }

    /** Half the size, mean of 2x2 (EDM2's resampling filter [1,1], mode down). */
    static Tensor halved(Tensor x) {
        return torch.avg_pool2d(x, 2, 2);
    }

    static Tensor sum(Tensor x, long... axes) {
        try (var type = new ScalarTypeOptional()) {
            return x.sum(axes, true, type);
        }
    }
}
