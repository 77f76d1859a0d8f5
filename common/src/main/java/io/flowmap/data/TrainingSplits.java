package io.flowmap.data;

import io.flowmap.config.UserError;
import io.flowmap.nn.Wildcard;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The splits that a training reads: one, or buckets of images of several sizes. All are of one ingest output, so that encoder and conditions
 * are the same.
 *
 * @param all at least one; whoever needs one size uses the first
 */
public record TrainingSplits(List<LatentData> all) {
    public TrainingSplits {
        all = List.copyOf(all);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("expected splits of a training, got none");
        }
    }

    /**
     * Opens the splits of an ingest output that patterns select, in the order of the patterns; those of one pattern begin with the most
     * records, then in the order of their names.
     *
     * @param patterns patterns of names in which {@code *} stands for any text
     * @throws UserError if the output is unfinished or no split matches
     */
    public static TrainingSplits open(Configuration hadoop, Path dataDir, List<String> patterns) {
        var names = LatentData.splits(hadoop, dataDir);
        var found = new ArrayList<LatentData>();
        for (var pattern : patterns) {
            var selected =
                    names.stream().filter(Wildcard.of(pattern)).map(name -> LatentData.open(hadoop, dataDir, name));
            found.addAll(selected.filter(data ->
                            found.stream().noneMatch(other -> other.split().equals(data.split())))
                    .sorted(Comparator.comparingLong(LatentData::count)
                            .reversed()
                            .thenComparing(LatentData::split))
                    .toList());
        }
        if (found.isEmpty()) {
            throw new UserError("cannot train on " + StageInput.withoutCredentials(dataDir)
                    + ": expected a split that training.splits = " + patterns + " selects, got "
                    + names.stream().sorted().toList());
        }
        return new TrainingSplits(found);
    }

    /** The splits of the run's data that patterns select. */
    public static TrainingSplits of(JobContext context, List<String> patterns) {
        return open(context.hadoop(), context.stage(StageNames.DATA), patterns);
    }

    public LatentData first() {
        return all.get(0);
    }

    /** The split whose latents have this shape; the first if there is none. */
    public LatentData like(LatentShape shape) {
        return all.stream()
                .filter(data -> data.shape().equals(shape))
                .findFirst()
                .orElse(first());
    }
}
