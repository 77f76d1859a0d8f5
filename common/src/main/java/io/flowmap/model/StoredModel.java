package io.flowmap.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.checkpoint.Checkpoint;
import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.checkpoint.FrozenFile;
import io.flowmap.checkpoint.WeightStore;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentData;
import io.flowmap.data.TrainingSplits;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import io.flowmap.nn.FlatParameters;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.tensor.ParameterLayout;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A trained network in a finished stage: its specification, the directory of its checkpoints and the vector to use.
 *
 * @param spec specification of the network
 * @param dir directory of its checkpoints
 * @param role vector in the checkpoint: "parameters", an average "ema-0.05", or the snapshot of an average at a step, "ema-0.05@1000"
 * @param hash hash of the vector, so that models with other content in the same directory are not equal
 */
public record StoredModel(NetworkSpec spec, String dir, String role, String hash) implements Serializable {
    /** Name of the fact with a stage's networks: a map from sub-directory ("." for the stage's own) to specification. */
    public static final String FACT = "models";

    private static final Pattern SNAPSHOT = Pattern.compile("(.+)@(\\d{1,12})");

    /** Names of the networks in a finished stage of the run, in alphabetical order. Throws {@link UserError} if it has none. */
    public static List<String> names(JobContext context, String stage) {
        var names = names(models(context.hadoop(), context.stage(stage)));
        if (names.isEmpty()) {
            throw new UserError("cannot use stage " + context.stage(stage) + ": expected one with networks, got none");
        }
        return names.stream().sorted().toList();
    }

    /** A network of a finished stage of the run. Throws {@link UserError} if the stage has no such network or role. */
    public static StoredModel of(JobContext context, String stage, String name, String role) {
        return in(context.hadoop(), context.stage(stage), name, role);
    }

    /**
     * The network with its checkpoints in a directory: a finished stage with a network of its own, or the sub-directory of one of a stage's
     * networks. Throws {@link UserError} if the directory is neither.
     */
    public static StoredModel at(Configuration hadoop, Path dir, String role) {
        boolean own = Manifest.exists(Store.of(hadoop, dir), dir) || dir.getParent() == null;
        return in(hadoop, own ? dir : dir.getParent(), own ? "." : dir.getName(), role);
    }

    private static StoredModel in(Configuration hadoop, Path dir, String name, String role) {
        JsonNode models = models(hadoop, dir);
        if (!models.has(name)) {
            throw new UserError("cannot use stage " + dir + ": expected a network " + name + ", got " + names(models));
        }
        try {
            var spec = Json.mapper().treeToValue(models.get(name), NetworkSpec.class);
            return of(hadoop, spec, directory(dir, name), role);
        } catch (JsonProcessingException e) {
            throw new UserError("cannot use stage " + dir + ": " + e.getOriginalMessage(), e);
        }
    }

    /** A network with its checkpoints in a directory. Throws {@link UserError} if they lack the role. */
    public static StoredModel of(Configuration hadoop, NetworkSpec spec, Path dir, String role) {
        return new StoredModel(
                spec, dir.toString(), role, Place.of(hadoop, dir, role).hash());
    }

    /** Directory of a network's checkpoints within a stage's directory. */
    public static Path directory(Path stage, String name) {
        return name.equals(".") ? stage : new Path(stage, name);
    }

    private static JsonNode models(Configuration hadoop, Path dir) {
        return Manifest.read(Store.of(hadoop, dir), dir).facts().path(FACT);
    }

    private static List<String> names(JsonNode models) {
        var names = new ArrayList<String>();
        models.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Reads the flat vector of the role. Throws {@link UserError} if the checkpoint is damaged or has changed since this was created. */
    public float[] vector(Configuration hadoop) {
        var place = Place.of(hadoop, new Path(dir), role);
        if (!place.hash().equals(hash)) {
            throw changed(place.hash());
        }
        var checkpoint = place.store.load(place.step, place.role);
        var vector = checkpoint.vector(place.role);
        return checkpoint.frozen() == null ? vector : whole(vector, checkpoint, hadoop);
    }

    private UserError changed(String found) {
        return new UserError("cannot use network " + dir + ": expected " + role + " with hash " + hash
                + ", as when the job began, got " + found);
    }

    /** Combines the trained and the frozen part in the network's order. */
    private float[] whole(float[] trained, Checkpoint checkpoint, Configuration hadoop) {
        var all = spec.parameters();
        var flat = new float[Math.toIntExact(all.length())];
        try (var frozen = WeightStore.ofThisJvm().borrow(hadoop, checkpoint.frozen())) {
            all.forEach((place, p, offset) -> {
                var array = frozen.arrays().get(p.name());
                float[] values = array == null
                        ? ParameterLayout.values(trained, checkpoint.layout().entry(p.name()))
                        : array.data().asFloat();
                System.arraycopy(values, 0, flat, (int) offset, values.length);
            });
        }
        return flat;
    }

    /** The parameters that its training changed: all, or those that are missing from its frozen file. */
    public FlatParameters trained(Configuration hadoop) {
        var frozen = frozen(hadoop);
        if (frozen == null) {
            return spec.parameters();
        }
        try (var lease = WeightStore.ofThisJvm().borrow(hadoop, frozen)) {
            return new FlatParameters(spec.parameters().list().stream()
                    .filter(p -> !lease.arrays().containsKey(p.name()))
                    .toList());
        }
    }

    /** The file with the parameters that its training did not change; null if it changed all. */
    public FrozenFile frozen(Configuration hadoop) {
        var place = Place.of(hadoop, new Path(dir), role);
        return place.store.frozen(place.step);
    }

    /** Location of a vector: the store of the training or of its snapshots, a step, and the role there. */
    private record Place(CheckpointStore store, long step, String role) {
        static Place of(Configuration hadoop, Path dir, String role) {
            var store = CheckpointStore.open(hadoop, dir);
            var snapshot = SNAPSHOT.matcher(role);
            return snapshot.matches()
                    ? new Place(store.snapshots(), Long.parseLong(snapshot.group(2)), snapshot.group(1))
                    : new Place(store, store.finalStep(), role);
        }

        String hash() {
            return store.hash(step, role);
        }
    }

    /** Hash of all its arrays, read from the checkpoint's index: of the vector, or of the vector and the file of frozen parameters. */
    public String identity(Configuration hadoop) {
        var frozen = frozen(hadoop);
        return frozen == null ? hash : Sha256.of((hash + frozen.sha256()).getBytes(StandardCharsets.US_ASCII));
    }

    /** The file that holds all its weights, if its checkpoint has no vector of its own: the weights of others, in their types. */
    public Optional<FrozenFile> base(Configuration hadoop) {
        var place = Place.of(hadoop, new Path(dir), role);
        return place.store.layout(place.step).entries().isEmpty()
                ? Optional.of(place.store.frozen(place.step))
                : Optional.empty();
    }

    /** Its arrays by name, memory-mapped and shared within this JVM where the checkpoint allows that. */
    public WeightStore.Lease borrow(Configuration hadoop) {
        var place = Place.of(hadoop, new Path(dir), role);
        var file = place.store.file(place.step, place.role);
        if (file == null) {
            return new WeightStore.Lease(arrays(hadoop), () -> {});
        }
        if (!file.sha256().equals(hash)) {
            throw changed(file.sha256());
        }
        return WeightStore.ofThisJvm().borrow(hadoop, file, place.store.frozen(place.step));
    }

    /** Reads the network's arrays, by name. */
    public Map<String, INDArray> arrays(Configuration hadoop) {
        return spec.parameters().arrays(vector(hadoop));
    }

    /** Number of parameters. */
    public long parameters() {
        return spec.parameters().length();
    }

    /** Throws {@link UserError} unless the data has the latents and conditions that the network expects. */
    public void requireFits(LatentData data) {
        if (!spec.fits(data)) {
            throw new UserError("cannot use network " + dir + ": expected data of " + spec.shape() + " with "
                    + spec.condition() + ", got " + data.shape() + " with " + data.condition());
        }
    }

    /**
     * Throws {@link UserError} unless the data has the conditions that the network expects, and the network takes the data's latents, of its
     * own or another size.
     */
    public void requireDraws(LatentData data) {
        try {
            spec.requireTakes(data);
        } catch (IllegalArgumentException e) {
            throw new UserError(
                    "cannot draw samples like those of split " + data.split() + " with network " + dir + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * Throws {@link UserError} unless one split has the latents and conditions that the network expects, and the network takes those of the
     * others too.
     */
    public void requireFits(TrainingSplits data) {
        requireFits(data.like(spec.shape()));
        spec.requireTakes(data);
    }

    /** A frozen field with this name in its graph. Its arrays are memory-mapped and shared within this JVM. */
    public FrozenField frozen(String name, Configuration hadoop) {
        var weights = borrow(hadoop);
        return new FrozenField(name, spec.field(), weights.arrays(), weights::close);
    }
}
