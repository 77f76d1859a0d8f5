package io.flowmap.bench;

import io.flowmap.bench.torch.TorchScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rate of a single-precision 1024 x 1024 x 1024 matrix product, best of several runs: the yardstick of the machine.
 *
 * @param nd4j billions of multiply-adds per second through ND4J
 * @param libtorch the same through libtorch
 */
record Sgemm(double nd4j, double libtorch) {
    private static final int SIZE = 1024;
    private static final double GIGA = 1e-9 * SIZE * SIZE * SIZE;

    static Sgemm measure(int repetitions) {
        return new Sgemm(nd4j(repetitions), libtorch(repetitions));
    }

    /** The higher of the two rates, to which shares refer. */
    double best() {
        return Math.max(nd4j, libtorch);
    }

    /** Measures ND4J only, without loading libtorch. */
    static double nd4j(int repetitions) {
        try (var a = Nd4j.rand(DataType.FLOAT, SIZE, SIZE);
                var b = Nd4j.rand(DataType.FLOAT, SIZE, SIZE);
                var c = Nd4j.create(DataType.FLOAT, new long[] {SIZE, SIZE}, 'f')) {
            return GIGA / bestSeconds(repetitions, () -> a.mmuli(b, c));
        }
    }

    private static double libtorch(int repetitions) {
        try (var scope = new TorchScope();
                var guard = new NoGradGuard()) {
            Tensor a = torch.randn(SIZE, SIZE);
            Tensor b = torch.randn(SIZE, SIZE);
            Tensor c = torch.empty(SIZE, SIZE);
            return GIGA / bestSeconds(repetitions, () -> torch.mm_out(c, a, b));
        }
    }

    private static double bestSeconds(int repetitions, Runnable product) {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < repetitions; i++) {
            long start = System.nanoTime();
            product.run();
            best = Math.min(best, (System.nanoTime() - start) * 1e-9);
        }
        return best;
    }
}
