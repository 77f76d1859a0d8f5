package io.flowmap.bench;

import io.flowmap.data.LatentBlock;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.train.BlockSource;
import org.apache.hadoop.conf.Configuration;

/** One block of zeros. */
record OneBlock() implements BlockSource {
    private static final int COUNT = 64;

    @Override
    public LatentShape shape() {
        return new LatentShape(1, 1, 1);
    }

    @Override
    public int[] counts() {
        return new int[] {COUNT};
    }

    @Override
    public String key() {
        return toString();
    }

    @Override
    public Reader open(Configuration hadoop) {
        return block -> new LatentBlock(new long[COUNT], new int[COUNT], new float[COUNT], shape());
    }
}
