package io.flowmap.adversarial.discriminator;

import io.flowmap.flow.GraphInputs;
import io.flowmap.nn.Scope;
import io.flowmap.tensor.CounterRandom;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Differentiable augmentation (Zhao et al. 2020) of the discriminator's inputs, real and fake alike, drawn separately for each sample:
 * colour (brightness, contrast, and saturation for three channels), translation by at most an eighth of the sides, a cutout of half the
 * sides.
 *
 * @param colour whether to change brightness, saturation and contrast
 * @param translation whether to shift samples, filling with zeros
 * @param cutout whether to set a rectangle to zero
 */
public record Augmentation(boolean colour, boolean translation, boolean cutout) implements Serializable {
    private static final double REACH = 0.125;
    private static final int COLOURS = 3;

    /** Whether any augmentation is on. */
    public boolean changes() {
        return colour || translation || cutout;
    }

    /** Adds the graph's inputs that hold the draw for one batch of real or fake samples. */
    Drawn inputs(GraphInputs inputs, String kind, int batch, long[] sample) {
        return new Drawn(
                colour ? inputs.add(kind + "Colour", batch, COLOURS) : null,
                translation ? inputs.add(kind + "Rows", batch, sample[1], sample[1]) : null,
                translation ? inputs.add(kind + "Columns", batch, sample[2], sample[2]) : null,
                cutout ? inputs.add(kind + "Mask", batch, sample[1], sample[2], 1) : null);
    }

    /**
     * Draws the values of those inputs, by name, in C order.
     *
     * @param key key of the batch's first sample; sample i uses the key of the stream and its number
     */
    public Map<String, float[]> draw(
            CounterRandom random, long stream, String kind, long firstSample, int batch, long[] sample) {
        int height = (int) sample[1];
        int width = (int) sample[2];
        var values = new TreeMap<String, float[]>();
        if (colour) {
            values.put(kind + "Colour", new float[batch * COLOURS]);
        }
        if (translation) {
            values.put(kind + "Rows", new float[batch * height * height]);
            values.put(kind + "Columns", new float[batch * width * width]);
        }
        if (cutout) {
            var mask = new float[batch * height * width];
            Arrays.fill(mask, 1);
            values.put(kind + "Mask", mask);
        }
        for (int i = 0; i < batch; i++) {
            long key = firstSample + i;
            for (int c = 0; colour && c < COLOURS; c++) {
                values.get(kind + "Colour")[i * COLOURS + c] = (float) random.uniform(stream, key, c);
            }
            if (translation) {
                var rows = values.get(kind + "Rows");
                var columns = values.get(kind + "Columns");
                shift(rows, i * height * height, height, reach(random, height, stream, key, 3));
                shift(columns, i * width * width, width, reach(random, width, stream, key, 4));
            }
            if (cutout) {
                cut(values.get(kind + "Mask"), i * height * width, height, width, random, stream, key);
            }
        }
        return values;
    }

    private static int reach(CounterRandom random, int side, long stream, long key, long number) {
        int most = (int) (REACH * side + 0.5);
        return (int) random.below(2L * most + 1, stream, key, number) - most;
    }

    /** The matrix that shifts by {@code by} places: 1 at (i, i - by). */
    private static void shift(float[] matrix, int from, int side, int by) {
        for (int i = Math.max(0, by); i < Math.min(side, side + by); i++) {
            matrix[from + i * side + i - by] = 1;
        }
    }

    private static void cut(
            float[] mask, int from, int height, int width, CounterRandom random, long stream, long key) {
        int top = (int) random.below(height + 1L, stream, key, 5) - height / 4;
        int left = (int) random.below(width + 1L, stream, key, 6) - width / 4;
        for (int row = Math.max(0, top); row < Math.min(height, top + height / 2); row++) {
            for (int column = Math.max(0, left); column < Math.min(width, left + width / 2); column++) {
                mask[from + row * width + column] = 0;
            }
        }
    }

    /** The draw for one batch as graph variables; null for an augmentation that is off. */
    record Drawn(SDVariable colour, SDVariable rows, SDVariable columns, SDVariable mask) {
        /** The augmented samples [N,H,W,C]. */
        SDVariable apply(Scope scope, SDVariable x) {
            SDVariable y = colour == null ? x : coloured(scope, x);
            y = rows == null ? y : moved(scope, y);
            return mask == null ? y : y.mul(mask);
        }

        private SDVariable coloured(Scope scope, SDVariable x) {
            SDVariable y = x.add(number(scope, 0).sub(0.5));
            if (scope.shapes().of(x)[3] == COLOURS) {
                SDVariable grey = y.mean(true, 3);
                y = y.sub(grey).mul(number(scope, 1).mul(2)).add(grey);
            }
            SDVariable mean = y.mean(true, 1, 2, 3);
            return y.sub(mean).mul(number(scope, 2).add(0.5)).add(mean);
        }

        /** One of the colour parameters, as [N,1,1,1]. */
        private SDVariable number(Scope scope, int which) {
            int batch = (int) scope.shapes().of(colour)[0];
            SDVariable column = scope.graph().slice(colour, new int[] {0, which}, batch, 1);
            return scope.graph().reshape(column, batch, 1, 1, 1);
        }

        private SDVariable moved(Scope scope, SDVariable x) {
            long[] n = scope.shapes().of(x);
            var sd = scope.graph();
            SDVariable down = sd.mmul(rows, sd.reshape(x, n[0], n[1], n[2] * n[3]));
            SDVariable turned = sd.permute(sd.reshape(down, n[0], n[1], n[2], n[3]), 0, 2, 1, 3);
            SDVariable across = sd.mmul(columns, sd.reshape(turned, n[0], n[2], n[1] * n[3]));
            return sd.permute(sd.reshape(across, n[0], n[2], n[1], n[3]), 0, 2, 1, 3);
        }
    }
}
