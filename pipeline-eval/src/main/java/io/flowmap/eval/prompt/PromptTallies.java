package io.flowmap.eval.prompt;

import io.flowmap.eval.prompt.PromptTally.Measured;
import io.flowmap.eval.set.PromptedImage;
import java.util.Comparator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.StreamSupport;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.TaskCompletionListener;
import scala.Tuple2;

/** Measures sets of images on Spark. One task sums all that was drawn for a prompt. */
final class PromptTallies {
    private PromptTallies() {}

    /** Tallies of all prompts of the sets, by prompt. */
    static List<PromptTally> of(List<JavaRDD<PromptedImage>> sets, PromptMeasure measure) {
        var shared = JavaSparkContext.fromSparkContext(sets.get(0).context()).broadcast(measure);
        JavaPairRDD<String, Measured> all = null;
        for (int number = 0; number < sets.size(); number++) {
            var measured = measured(sets.get(number), number, shared);
            all = all == null ? measured : all.union(measured);
        }
        int count = sets.size();
        int values = measure.values().size();
        try {
            return all
                    .groupByKey(sets.get(0).context().defaultParallelism())
                    .map(prompt -> PromptTally.of(prompt._1(), prompt._2(), count, values))
                    .collect()
                    .stream()
                    .sorted(Comparator.comparing(PromptTally::prompt))
                    .toList();
        } finally {
            shared.destroy();
        }
    }

    private static JavaPairRDD<String, Measured> measured(
            JavaRDD<PromptedImage> set, int number, Broadcast<PromptMeasure> measure) {
        return set.mapPartitionsToPair(images -> {
            var scorer = measure.value().open();
            TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> scorer.close());
            return StreamSupport.stream(Spliterators.spliteratorUnknownSize(images, Spliterator.ORDERED), false)
                    .map(image -> new Tuple2<>(
                            image.prompt(),
                            new Measured(number, image.index(), scorer.of(image.prompt(), image.pixels()))))
                    .iterator();
        });
    }
}
