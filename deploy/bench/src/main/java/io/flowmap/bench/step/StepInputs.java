package io.flowmap.bench.step;

import java.util.Random;

/**
 * One batch of a distillation step.
 *
 * @param x0 data [B,C,H,W]
 * @param z noise [B,C,H,W]
 * @param t source times [B] in (0,1)
 * @param s target times [B], 0 <= s < t
 * @param guidance guidance weights [B]
 * @param labels classes [B], -1 for none
 */
public record StepInputs(float[] x0, float[] z, float[] t, float[] s, float[] guidance, int[] labels) {

    public int batch() {
        return labels.length;
    }

    /** Images of standard normal noise scaled to sigma_data 0.5; times and guidance as a training run draws them. */
    public static StepInputs random(BenchNetwork network, int batch, long seed) {
        var random = new Random(seed);
        int size = network.imageChannels() * network.resolution() * network.resolution();
        var x0 = gaussians(random, batch * size, 0.5);
        var z = gaussians(random, batch * size, 1);
        var t = new float[batch];
        var s = new float[batch];
        var guidance = new float[batch];
        var labels = new int[batch];
        for (int i = 0; i < batch; i++) {
            double interval = 1 / (1 + Math.exp(0.6 - 1.6 * random.nextGaussian()));
            s[i] = (float) (random.nextDouble() * (1 - interval));
            t[i] = (float) (s[i] + interval);
            guidance[i] = (float) (1 + 1.5 * random.nextDouble());
            labels[i] = network.labelDim() > 0 ? random.nextInt(network.labelDim()) : -1;
        }
        return new StepInputs(x0, z, t, s, guidance, labels);
    }

    /** One-hot labels [B,L]; a row of zeros for no class. */
    public float[] oneHot(int classes) {
        var rows = new float[labels.length * classes];
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] >= 0) {
                rows[i * classes + labels[i]] = 1;
            }
        }
        return rows;
    }

    private static float[] gaussians(Random random, int length, double deviation) {
        var values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }
}
