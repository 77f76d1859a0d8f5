package io.flowmap.distill.train.step;

import io.flowmap.data.LatentBlock;
import io.flowmap.data.LatentShape;
import io.flowmap.nn.ConditionShape;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** One block of one-element zero samples without class, for objectives that draw all their inputs. */
record EmptySamples() implements BlockSource {
    private static final int COUNT = 4096;

    @Override
    public List<Bucket> buckets() {
        return List.of(new Bucket("", new LatentShape(1, 1, 1), new int[] {COUNT}));
    }

    @Override
    public ConditionShape condition() {
        return ConditionShape.NONE;
    }

    @Override
    public Reader open(Configuration hadoop) {
        var labels = new int[COUNT];
        Arrays.fill(labels, -1);
        var block = new LatentBlock(new long[COUNT], labels, new float[COUNT], largest());
        return (bucket, number) -> block;
    }
}
