package io.flowmap.distill.train.executor;

import io.flowmap.distill.train.average.LocalResult;
import io.flowmap.distill.train.average.LocalWork;
import io.flowmap.distill.train.average.RoundTicket;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.FlatArray;
import io.flowmap.distill.train.step.ObjectiveFactory;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.distill.train.step.Updater;
import io.flowmap.file.Sha256;
import io.flowmap.tensor.Floats;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The local steps of a training, run on a slot of the executor.
 *
 * @param key identifies the training on an executor: the hash of its recipe, data and constants
 */
public record LocalSteps(
        String key,
        ObjectiveFactory objective,
        BlockSource data,
        TrainingConfig config,
        Updater updater,
        long seed,
        SerializableConfiguration hadoop)
        implements LocalWork, ExecutorSlots.Furnisher {
    public static LocalSteps of(
            ObjectiveFactory objective,
            BlockSource data,
            TrainingConfig config,
            Updater updater,
            SerializableConfiguration hadoop) {
        long seed = objective.seed();
        return new LocalSteps(
                hash(objective, data, config, updater, seed), objective, data, config, updater, seed, hadoop);
    }

    /** Hash of the serialised values, which contain only content and no object identities. */
    private static String hash(Serializable... values) {
        var digest = Sha256.digest();
        try (var out = new ObjectOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
            out.writeObject(values);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot hash a training", e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public LocalResult run(int worker, List<? extends Floats> state, RoundTicket ticket) {
        var slots = ExecutorSlots.ofThisJvm();
        var lease = slots.borrow(key, state.get(0), this);
        try {
            var report = lease.slot().run(worker, state, ticket);
            return new LocalResult(lease.slot().vectors(), report.toBytes(), sound -> slots.giveBack(lease, sound));
        } catch (RuntimeException | Error e) {
            slots.giveBack(lease, false);
            throw e;
        }
    }

    @Override
    public BlockCache blocks() {
        return new BlockCache(data.open(hadoop.value()), (long) config.cacheMegabytes() << 20);
    }

    @Override
    public boolean sharesParameters() {
        return config.average() == TrainingConfig.Average.GRADIENTS;
    }

    @Override
    public Slot slot(int number, BlockCache blocks, Supplier<FlatArray> parameters) {
        var batches = new BatchReader(blocks, data, seed, config.batchPerWorker());
        var name = SparkEnv.get().executorId() + "/" + number;
        return new Slot(name, objective.create(hadoop.value(), config), batches, config, updater, parameters.get());
    }
}
