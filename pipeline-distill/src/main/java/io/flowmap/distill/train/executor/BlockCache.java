package io.flowmap.distill.train.executor;

import io.flowmap.data.LatentBlock;
import io.flowmap.distill.train.step.BlockSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Cache of the most recently used blocks of one source, limited in bytes; it always holds the last block. Shared by all tasks of an
 * executor.
 */
public final class BlockCache {
    private final BlockSource.Reader reader;
    private final long maxBytes;
    private final Map<Place, LatentBlock> blocks = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    public BlockCache(BlockSource.Reader reader, long maxBytes) {
        this.reader = reader;
        this.maxBytes = maxBytes;
    }

    private record Place(int bucket, int block) {}

    /** Reads while holding the lock, because tasks of a step need the same block. */
    synchronized LatentBlock get(int bucket, int number) {
        var place = new Place(bucket, number);
        var block = blocks.get(place);
        if (block == null) {
            block = reader.read(bucket, number);
            blocks.put(place, block);
            bytes += bytes(block);
            evict(place);
        }
        return block;
    }

    private void evict(Place kept) {
        var eldest = blocks.entrySet().iterator();
        while (bytes > maxBytes && eldest.hasNext()) {
            var entry = eldest.next();
            if (!entry.getKey().equals(kept)) {
                bytes -= bytes(entry.getValue());
                eldest.remove();
            }
        }
    }

    private static long bytes(LatentBlock block) {
        return 4L * block.values().length + 8L * block.count() + block.inline().bytes();
    }
}
