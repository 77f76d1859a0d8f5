package io.flowmap.distill.train.average;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import scala.Tuple2;

/**
 * Averages the blocks of one reducer. A block is averaged as soon as all workers' parts have arrived, in any order. Norm and distance
 * are measured for the first vector only.
 */
final class BlockReducer implements Iterator<BlockAverage> {
    private final Iterator<Tuple2<Integer, BlockPart>> parts;
    private final BlockPlan plan;
    private final int workers;
    private final Map<Integer, BlockPart[]> pending = new HashMap<>();
    private final Map<Integer, Integer> arrived = new HashMap<>();
    private final Queue<BlockAverage> ready = new ArrayDeque<>();

    BlockReducer(Iterator<Tuple2<Integer, BlockPart>> parts, BlockPlan plan, int workers) {
        this.parts = parts;
        this.plan = plan;
        this.workers = workers;
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && parts.hasNext()) {
            var next = parts.next();
            accept(next._1(), next._2());
        }
        if (ready.isEmpty() && !pending.isEmpty()) {
            throw new IllegalStateException("cannot average blocks " + pending.keySet() + ": expected parts of "
                    + workers + " workers, got fewer");
        }
        return !ready.isEmpty();
    }

    @Override
    public BlockAverage next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return ready.remove();
    }

    private void accept(int key, BlockPart part) {
        if (part.report() != null) {
            ready.add(BlockAverage.report(key, part.report()));
            return;
        }
        var held = pending.computeIfAbsent(key, k -> new BlockPart[workers]);
        held[part.worker()] = part;
        if (arrived.merge(key, 1, Integer::sum) == workers) {
            pending.remove(key);
            ready.add(BlockAverage.of(key, held, plan.vector(key) == 0));
        }
    }
}
