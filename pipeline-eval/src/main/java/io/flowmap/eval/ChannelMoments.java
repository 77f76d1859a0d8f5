package io.flowmap.eval;

import io.flowmap.data.LatentBlock;
import io.flowmap.data.LatentData;
import io.flowmap.job.JobContext;
import java.io.Serializable;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Sums of latents by channel. Blocks are summed on their own and merged in order: the same bits on any cluster.
 *
 * @param count values of a channel
 */
record ChannelMoments(double[] sum, double[] squares, long count) implements Serializable {
    /** Of a split of ingested data. */
    static ChannelMoments of(JobContext context, Path dir, String split, LatentData data) {
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        var hadoop = spark.broadcast(new SerializableConfiguration(context.hadoop()));
        var place = dir.toString();
        var blocks = IntStream.range(0, data.blocks().size()).boxed().toList();
        var sums = spark.parallelize(blocks, blocks.size())
                .map(block -> of(LatentData.open(hadoop.value().value(), new Path(place), split)
                        .read(block)))
                .collect();
        return sums.stream().reduce(ChannelMoments::merge).orElseThrow();
    }

    double mean(int channel) {
        return sum[channel] / count;
    }

    double deviation(int channel) {
        return Math.sqrt(Math.max(0, squares[channel] / count - mean(channel) * mean(channel)));
    }

    private static ChannelMoments of(LatentBlock block) {
        int channels = block.shape().channels();
        int area = block.shape().size() / channels;
        var moments = new ChannelMoments(new double[channels], new double[channels], (long) block.count() * area);
        for (int i = 0; i < block.values().length; i++) {
            int channel = i / area % channels;
            moments.sum[channel] += block.values()[i];
            moments.squares[channel] += (double) block.values()[i] * block.values()[i];
        }
        return moments;
    }

    private ChannelMoments merge(ChannelMoments other) {
        var merged = new ChannelMoments(sum.clone(), squares.clone(), count + other.count);
        for (int c = 0; c < sum.length; c++) {
            merged.sum[c] += other.sum[c];
            merged.squares[c] += other.squares[c];
        }
        return merged;
    }
}
