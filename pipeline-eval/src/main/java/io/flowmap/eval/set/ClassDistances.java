package io.flowmap.eval.set;

import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.distance.Moments;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/** Frechet distances within the classes of two sets, on Spark. All features of a class are collected in one task, in block order. */
public final class ClassDistances {
    private ClassDistances() {}

    /**
     * The distance of one class.
     *
     * @param label the class
     * @param real number of its real images
     * @param generated number of its generated images
     */
    public record ClassDistance(int label, double distance, long real, long generated) implements Serializable {}

    /** The distances of all classes with two or more images in both sets, by label. Images with a negative label have no class. */
    public static List<ClassDistance> between(
            JavaRDD<ClassifiedBlock> real, JavaRDD<ClassifiedBlock> generated, int ddof) {
        return classes(real)
                .join(classes(generated))
                .filter(both -> both._2()._1().count() > 1 && both._2()._2().count() > 1)
                .map(both -> between(both._1(), both._2()._1(), both._2()._2(), ddof))
                .collect()
                .stream()
                .sorted(Comparator.comparingInt(ClassDistance::label))
                .toList();
    }

    private static ClassDistance between(int label, Moments real, Moments generated, int ddof) {
        return new ClassDistance(
                label, FrechetDistance.between(real, generated, ddof), real.count(), generated.count());
    }

    private static JavaPairRDD<Integer, Moments> classes(JavaRDD<ClassifiedBlock> set) {
        return set.flatMapToPair(block -> classes(block).iterator())
                .groupByKey()
                .mapValues(ClassDistances::moments);
    }

    private static List<Tuple2<Integer, FeatureBlock>> classes(ClassifiedBlock block) {
        var labels = block.labels();
        return IntStream.of(labels)
                .filter(label -> label >= 0)
                .distinct()
                .mapToObj(label -> new Tuple2<>(
                        label,
                        block.features()
                                .select(IntStream.range(0, labels.length)
                                        .filter(row -> labels[row] == label)
                                        .toArray())))
                .toList();
    }

    private static Moments moments(Iterable<FeatureBlock> parts) {
        var sorted = new ArrayList<FeatureBlock>();
        parts.forEach(sorted::add);
        sorted.sort(Comparator.comparingInt(FeatureBlock::block));
        return Moments.of(sorted.get(0).dimension(), sorted.iterator());
    }
}
