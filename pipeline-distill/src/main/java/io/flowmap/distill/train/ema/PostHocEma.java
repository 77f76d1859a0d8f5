package io.flowmap.distill.train.ema;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.config.UserError;
import io.flowmap.stage.Progress;
import io.flowmap.tensor.ParameterLayout;
import io.flowmap.tensor.Ranges;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Computes averages of any width after a training, from the snapshots of the averages that it tracked (Karras et al. 2024, "EDM2",
 * section 3.1). Snapshots are read once, one array at a time, so memory depends on the parameters and the widths, not on the number of
 * snapshots.
 */
public final class PostHocEma {
    private final CheckpointStore snapshots;
    private final List<Stored> stored = new ArrayList<>();

    private record Stored(long step, String role) {
        PowerProfile profile() {
            return new PowerProfile(step, PowerEma.ofRole(role).std());
        }
    }

    private PostHocEma(CheckpointStore snapshots) {
        this.snapshots = snapshots;
        for (long step : snapshots.steps()) {
            snapshots.roles(step).forEach(role -> stored.add(new Stored(step, role)));
        }
    }

    /** Opens the snapshots in a training's directory. Throws {@link UserError} if there are none. */
    public static PostHocEma open(Configuration hadoop, Path training) {
        var ema = new PostHocEma(CheckpointStore.open(hadoop, training).snapshots());
        if (ema.stored.isEmpty()) {
            throw new UserError("cannot reconstruct averages: expected snapshots in " + training
                    + ", got none (a training stores them if it has snapshot-every above 0 and ema-stds)");
        }
        return ema;
    }

    /**
     * Averages at the step of the last snapshot.
     *
     * @param step of the last snapshot
     * @param layout index of the vectors
     * @param vectors averages [P] by role, "ema-0.08"
     * @param errors relative distance between the requested profile and the best combination of snapshots, by role
     */
    public record Reconstruction(
            long step, ParameterLayout layout, Map<String, float[]> vectors, Map<String, Double> errors) {}

    /** Number of arrays that a reconstruction combines. */
    public int size() {
        return stored.size();
    }

    /** The averages of the given widths. Throws {@link UserError} if a snapshot is damaged. */
    public Reconstruction reconstruct(List<Double> stds, Progress progress) {
        long end = stored.get(stored.size() - 1).step();
        var profiles = stored.stream().map(Stored::profile).toList();
        var weights = stds.stream()
                .map(std -> PostHocWeights.solve(profiles, new PowerProfile(end, std)))
                .toList();
        double[][] sums = null;
        ParameterLayout layout = null;
        try (var bar = progress.bar("ema", stored.size(), "snapshots")) {
            for (int i = 0; i < stored.size(); i++) {
                var snapshot =
                        snapshots.load(stored.get(i).step(), stored.get(i).role());
                layout = snapshot.layout();
                var vector = snapshot.vector(stored.get(i).role());
                sums = sums == null ? new double[stds.size()][vector.length] : sums;
                for (int k = 0; k < sums.length; k++) {
                    add(sums[k], weights.get(k).weights()[i], vector);
                }
                bar.step(1);
            }
        }
        return reconstruction(end, layout, stds, weights, sums);
    }

    private static void add(double[] sum, double weight, float[] vector) {
        Ranges.forEach(sum.length, (from, to) -> {
            for (int i = from; i < to; i++) {
                sum[i] += weight * vector[i];
            }
        });
    }

    private static Reconstruction reconstruction(
            long end, ParameterLayout layout, List<Double> stds, List<PostHocWeights> weights, double[][] sums) {
        var vectors = new LinkedHashMap<String, float[]>();
        var errors = new LinkedHashMap<String, Double>();
        for (int k = 0; k < sums.length; k++) {
            var role = new PowerEma(stds.get(k)).role();
            vectors.put(role, floats(sums[k]));
            errors.put(role, weights.get(k).error());
        }
        return new Reconstruction(end, layout, vectors, errors);
    }

    private static float[] floats(double[] values) {
        var floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
