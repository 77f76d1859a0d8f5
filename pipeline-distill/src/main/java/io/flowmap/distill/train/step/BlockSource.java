package io.flowmap.distill.train.step;

import io.flowmap.data.LatentBlock;
import io.flowmap.data.LatentShape;
import io.flowmap.data.TrainingSplits;
import io.flowmap.nn.ConditionShape;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;

/**
 * Training samples in numbered blocks that any executor can read. Equal sources have equal blocks: a source of files includes their
 * hash.
 */
public interface BlockSource extends Serializable {
    /** The parts of the samples, at least one; the samples of a part have one shape. */
    List<Bucket> buckets();

    /** Shapes of the conditions that every sample has. */
    ConditionShape condition();

    /** Bytes that a JVM keeps of texts that are stored apart from the samples; 0 if there are none. */
    default long textBytes() {
        return 0;
    }

    /** Opens the source on an executor. Several threads use the reader. */
    Reader open(Configuration hadoop);

    /**
     * Samples of one shape.
     *
     * @param name of the split
     * @param shape shape [C,H,W] of a sample
     * @param counts number of samples in each block
     */
    record Bucket(String name, LatentShape shape, int[] counts) implements Serializable {
        public long count() {
            return IntStream.of(counts).asLongStream().sum();
        }
    }

    /** Reads a block of a bucket, both by number. */
    interface Reader {
        LatentBlock read(int bucket, int block);
    }

    /** Whether there are samples of several shapes. */
    default boolean hasBuckets() {
        return buckets().size() > 1;
    }

    /** The largest shape of a sample. */
    default LatentShape largest() {
        return buckets().stream()
                .map(Bucket::shape)
                .max(Comparator.comparingInt(LatentShape::size))
                .orElseThrow();
    }

    /** Samples without content, for objectives that draw all their inputs. */
    static BlockSource empty() {
        return new EmptySamples();
    }

    /** Splits of an ingest output. */
    static BlockSource latents(TrainingSplits splits) {
        return LatentSource.of(splits);
    }
}
