package io.flowmap.distill.train;

import org.apache.spark.SparkEnv;
import org.apache.spark.util.SerializableConfiguration;

/** The local steps of a training, on a slot of the executor that they happen to run on. */
record LocalSteps(
        ObjectiveFactory objective,
        BlockSource data,
        TrainingConfig config,
        Updater updater,
        long seed,
        SerializableConfiguration hadoop)
        implements LocalWork, ExecutorSlots.Furnisher {

    /** Identifies the training among those that an executor sees. */
    String key() {
        return String.join(
                "\n", objective.key(), data.key(), config.toString(), updater.toString(), Long.toString(seed));
    }

    @Override
    public LocalResult run(int worker, BlockedVectors state, RoundTicket ticket) {
        var slots = ExecutorSlots.ofThisJvm();
        var lease = slots.borrow(key(), this);
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
    public Slot slot(int number, BlockCache blocks) {
        var batches = new BatchReader(
                blocks, new SampleOrder(seed, data.counts()), data.shape().size());
        var name = SparkEnv.get().executorId() + "/" + number;
        return new Slot(name, objective.create(hadoop.value()), batches, config, updater);
    }
}
