package io.flowmap.ingest;

import io.flowmap.data.CodecFiles;
import io.flowmap.data.CodedLatents;
import io.flowmap.job.UserError;
import java.io.Serializable;
import java.util.ArrayList;

/**
 * Sums of raw latents by channel, of records added in a fixed order.
 *
 * @param count values of a channel
 */
record LatentMoments(double[] sum, double[] squares, long count) implements Serializable {
    static LatentMoments none(int channels) {
        return new LatentMoments(new double[channels], new double[channels], 0);
    }

    /** With the means of one record, [C,H,W] or, with stds behind them, [2C,H,W]. */
    LatentMoments add(float[] raw, int area) {
        var more = new LatentMoments(sum.clone(), squares.clone(), count + area);
        for (int i = 0; i < sum.length * area; i++) {
            more.sum[i / area] += raw[i];
            more.squares[i / area] += (double) raw[i] * raw[i];
        }
        return more;
    }

    /** Throws {@link UserError} for a channel of one value. */
    CodedLatents encoder(double sigmaData, CodecFiles codec, int factor) {
        var mean = new ArrayList<Double>();
        var deviation = new ArrayList<Double>();
        for (int c = 0; c < sum.length; c++) {
            double centre = sum[c] / count;
            double variance = squares[c] / count - centre * centre;
            if (!(variance > 0)) {
                throw new UserError("cannot standardise latents: expected different values in channel " + c + ", got "
                        + centre + " in all");
            }
            mean.add(centre);
            deviation.add(StrictMath.sqrt(variance));
        }
        return new CodedLatents(mean, deviation, sigmaData, codec, factor);
    }
}
