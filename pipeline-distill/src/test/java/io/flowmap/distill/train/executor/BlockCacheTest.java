package io.flowmap.distill.train.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.distill.train.DrawnSamples;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class BlockCacheTest {
    @Test
    void leastRecentlyUsedBlocksLeaveWhenBytesRunOut() {
        var source = new DrawnSamples(6, 10);
        long bytes = 10 * (4L * DrawnSamples.SIZE + 12);
        var read = new ArrayList<Integer>();
        var reader = source.open(null);
        var cache = new BlockCache(
                (bucket, block) -> {
                    read.add(block);
                    return reader.read(bucket, block);
                },
                2 * bytes);
        for (int block : new int[] {0, 1, 0, 2, 0, 1, 1, 3}) {
            assertThat(cache.get(0, block).values())
                    .isEqualTo(reader.read(0, block).values());
        }
        assertThat(read).containsExactly(0, 1, 2, 1, 3);
    }

    @Test
    void blockLargerThanTheCacheIsStillRead() {
        var source = new DrawnSamples(2, 10);
        var cache = new BlockCache(source.open(null), 1);
        assertThat(cache.get(0, 0).count()).isEqualTo(10);
        assertThat(cache.get(0, 1).count()).isEqualTo(7);
    }
}
