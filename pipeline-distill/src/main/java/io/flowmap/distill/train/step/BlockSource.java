package io.flowmap.distill.train.step;

import io.flowmap.data.LatentBlock;
import io.flowmap.data.LatentShape;
import io.flowmap.nn.ConditionShape;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Training samples in numbered blocks that any executor can read. Equal sources have equal blocks: a source of files includes their
 * hash.
 */
public interface BlockSource extends Serializable {
    /** Shape [C,H,W] of a sample. */
    LatentShape shape();

    /** Shapes of the conditions that every sample has. */
    ConditionShape condition();

    /** Number of samples in each block. */
    int[] counts();

    /** Opens the source on an executor. Several threads use the reader. */
    Reader open(Configuration hadoop);

    /** Reads blocks by number. */
    interface Reader {
        LatentBlock read(int block);
    }

    /** Samples without content, for objectives that draw all their inputs. */
    static BlockSource empty() {
        return new EmptySamples();
    }

    /** A split of an ingest output; see {@link io.flowmap.data.LatentData#open}. */
    static BlockSource latents(Configuration hadoop, Path dataDir, String split) {
        return LatentSource.of(hadoop, dataDir, split);
    }
}
