package io.flowmap.distill.train.average;

import org.apache.spark.ShuffleDependency;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.ShuffledRDD;

/**
 * Removes the files of a finished shuffle. Spark itself removes them after a garbage collection of the driver, which may be many rounds
 * away.
 */
final class Shuffles {
    private Shuffles() {}

    static void remove(JavaSparkContext spark, ShuffledRDD<?, ?, ?> shuffled) {
        var cleaner = spark.sc().cleaner();
        if (cleaner.isEmpty()) {
            return;
        }
        var dependencies = scala.collection.JavaConverters.seqAsJavaList(shuffled.dependencies());
        for (var dependency : dependencies) {
            if (dependency instanceof ShuffleDependency<?, ?, ?> shuffle) {
                cleaner.get().doCleanupShuffle(shuffle.shuffleId(), false);
            }
        }
    }
}
