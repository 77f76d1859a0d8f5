package io.flowmap.app.sweep;

import io.flowmap.app.sweep.SweepTask.Drawn;
import io.flowmap.app.sweep.SweepTask.Work;
import io.flowmap.eval.ReferenceDistance;
import io.flowmap.stage.JobContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Runs all cases from the same noise against the same reference statistics. Every case draws the first blocks. A case ends there if its
 * distance on them exceeds {@code keep} times the smallest distance for its number of steps; the others draw the rest. No sample is
 * drawn twice, and the decision depends on the samples only.
 */
final class Sweep {
    private static final int TASKS_A_CORE = 4;

    private final JobContext context;
    private final SweepConfig settings;
    private final SweepTask task;
    private final ReferenceDistance reference;

    Sweep(JobContext context, SweepConfig settings, SweepTask task, ReferenceDistance reference) {
        this.context = context;
        this.settings = settings;
        this.task = task;
        this.reference = reference;
    }

    /** Runs the cases; returns one row per case, in order. */
    List<SweepRow> rows() {
        var cases = settings.cases();
        int screened = settings.screenedBlocks();
        var first = drawn(cases, 0, screened);
        var distances = new TreeMap<>(distances(first));
        var kept = kept(cases, distances);
        context.progress()
                .phase(
                        "sweep",
                        Map.of("cases", cases.size(), "samples", settings.samples(screened), "kept", kept.size()));
        var all = first;
        if (screened < settings.blocks()) {
            var rest = drawn(kept, screened, settings.blocks());
            var numbers = kept.stream().map(SweepCase::number).collect(Collectors.toSet());
            all = first.filter(block -> numbers.contains(block.ofCase())).union(rest);
            distances.putAll(distances(all));
        }
        var costs = costs(first.union(all));
        return cases.stream()
                .map(one -> row(one, distances.get(one.number()), !kept.contains(one), costs.get(one.number())))
                .toList();
    }

    /** Time and work per sample. */
    private record Cost(double milliseconds, long multiplyAdds) {}

    private SweepRow row(SweepCase one, double distance, boolean pruned, Cost cost) {
        int samples = pruned ? settings.samples(settings.screenedBlocks()) : settings.samples();
        return new SweepRow(
                one,
                distance,
                pruned,
                task.models().get(one.network()).parameters(),
                cost.multiplyAdds() / 1e9,
                cost.milliseconds(),
                reference.protocol(samples));
    }

    /** Cases that pass the screening. */
    private List<SweepCase> kept(List<SweepCase> cases, Map<Integer, Double> distances) {
        if (settings.screenedBlocks() == settings.blocks()) {
            return cases;
        }
        var best = new TreeMap<Integer, Double>();
        cases.forEach(one -> best.merge(one.steps(), distances.get(one.number()), Math::min));
        return cases.stream()
                .filter(one -> distances.get(one.number()) <= settings.keep() * best.get(one.steps()))
                .toList();
    }

    /** Blocks of cases, grouped by network. */
    private JavaRDD<Drawn> drawn(List<SweepCase> cases, int from, int to) {
        var work = new ArrayList<Work>();
        for (var one : cases) {
            IntStream.range(from, to).forEach(block -> work.add(new Work(one, block)));
        }
        work.sort(Comparator.comparing((Work part) -> part.ofCase().network()));
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        var hadoop = spark.broadcast(new SerializableConfiguration(context.hadoop()));
        int slices = Math.max(1, Math.min(work.size(), TASKS_A_CORE * spark.defaultParallelism()));
        var running = task;
        return spark.parallelize(work, slices)
                .mapPartitions(part -> running.drawn(part, hadoop.value().value()))
                .persist(StorageLevel.MEMORY_AND_DISK());
    }

    private Map<Integer, Double> distances(JavaRDD<Drawn> blocks) {
        return reference.of(blocks.mapToPair(block -> new Tuple2<>(block.ofCase(), block.features())));
    }

    private static Map<Integer, Cost> costs(JavaRDD<Drawn> blocks) {
        return blocks
                .mapToPair(block -> new Tuple2<>(block.ofCase(), new long[] {block.nanos(), block.multiplyAdds()}))
                .groupByKey()
                .collectAsMap()
                .entrySet()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> cost(entry.getValue())));
    }

    private static Cost cost(Iterable<long[]> blocks) {
        var sorted = new ArrayList<long[]>();
        blocks.forEach(sorted::add);
        sorted.sort(Comparator.comparingLong(block -> block[0]));
        return new Cost(1e-6 * sorted.get(sorted.size() / 2)[0], sorted.get(0)[1]);
    }
}
