package io.flowmap.distill.train;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.checkpoint.FrozenFile;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.distill.train.log.TrainingLog;
import io.flowmap.distill.train.step.FlatArray;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.stage.StageInput;
import io.flowmap.tensor.ParameterLayout;
import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Checkpoints of one training, with the table of rounds and the snapshots of averages kept consistent with them. */
final class TrainingArchive {
    private final CheckpointStore store;
    private final CheckpointStore snapshots;
    private final ParameterLayout layout;
    private final FrozenFile frozen;
    private final TrainingConfig config;
    private final TrainingLog log;
    private final Path dir;

    TrainingArchive(
            Configuration hadoop,
            Path dir,
            ParameterLayout layout,
            FrozenFile frozen,
            TrainingConfig config,
            TrainingLog log) {
        this.store = CheckpointStore.open(hadoop, dir);
        this.snapshots = store.snapshots();
        this.dir = dir;
        this.layout = layout;
        this.frozen = frozen;
        this.config = config;
        this.log = log;
    }

    /** A restored state, and the hash of its checkpoint. */
    record Restored(TrainingState state, String hash) {}

    /** Flushes the table of rounds, then writes the state; returns the content hash. */
    String save(TrainingState state) {
        log.flush();
        var hash = store.save(state.counters().step(), state.roles(config.emaStds()), layout, state.numbers(), frozen);
        store.keep(config.keepCheckpoints());
        return hash;
    }

    /** Stores the averages of a state permanently. Snapshots written before a checkpoint survive a rollback to it. */
    void snapshot(TrainingState state) {
        var averages = state.averageRoles(config.emaStds());
        snapshots.save(state.counters().step(), averages, layout, Json.mapper().createObjectNode(), frozen);
    }

    /**
     * Restores the last checkpoint, if any, and drops later rows of the table and later snapshots.
     *
     * @param parameters overwritten with those of the checkpoint
     */
    Optional<Restored> restore(FlatArray parameters) {
        if (store.latest().isEmpty()) {
            log.truncate(0);
            snapshots.truncate(0);
            return Optional.empty();
        }
        var checkpoint = store.loadLatest();
        if (!checkpoint.layout().equals(layout)) {
            throw new UserError("cannot resume training in " + dir + ": expected parameters " + summary(layout)
                    + ", got " + summary(checkpoint.layout()));
        }
        if (!Objects.equals(checkpoint.frozen(), frozen)) {
            throw new UserError("cannot resume training in " + dir + ": expected the frozen parameters " + frozen
                    + ", got " + checkpoint.frozen());
        }
        store.truncate(checkpoint.step());
        snapshots.truncate(checkpoint.step());
        var state = TrainingState.of(checkpoint, parameters, config.emaStds());
        log.truncate(state.counters().round());
        return Optional.of(new Restored(state, checkpoint.hash()));
    }

    /** The directory, without credentials. */
    String dir() {
        return StageInput.withoutCredentials(dir);
    }

    /** The training at a step whose checkpoint is stored. */
    TrainedModel model(long step, String hash, String objection) {
        return new TrainedModel(step, hash, store, objection);
    }

    private static String summary(ParameterLayout layout) {
        return layout.entries().size() + " tensors of " + layout.length() + " elements";
    }
}
