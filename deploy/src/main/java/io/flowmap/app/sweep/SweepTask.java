package io.flowmap.app.sweep;

import io.flowmap.distill.sample.SampleDrawing;
import io.flowmap.distill.sample.SampleSource;
import io.flowmap.eval.ReferenceDistance;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.feature.FeatureNetwork;
import io.flowmap.model.StoredModel;
import io.flowmap.stage.TaskDevice;
import java.io.Serializable;
import java.util.Iterator;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Draws blocks of samples and computes their features; the pixels are discarded.
 *
 * @param models by {@link SweepCase#network()}
 * @param source what samples are drawn from, the same noise in all cases
 * @param samples samples per case
 * @param features network of the features
 * @param featureBatch images per forward pass of that network
 */
record SweepTask(
        Map<String, StoredModel> models,
        SampleSource source,
        int samples,
        Broadcast<FeatureModel> features,
        int featureBatch)
        implements Serializable {
    /** A block of a case to be drawn. */
    record Work(SweepCase ofCase, int block) implements Serializable {}

    /**
     * A drawn block.
     *
     * @param ofCase number of its case
     * @param nanos per image
     * @param multiplyAdds per image, over all steps
     */
    record Drawn(int ofCase, FeatureBlock features, long nanos, long multiplyAdds) implements Serializable {}

    Iterator<Drawn> drawn(Iterator<Work> work, Configuration hadoop) {
        TaskDevice.use();
        var session = new Session(this, hadoop, features.value().open());
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> session.close());
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(work, Spliterator.ORDERED), false)
                .map(session::drawn)
                .iterator();
    }

    /** The networks of a task: the feature network, and the flow map used last. */
    private static final class Session implements AutoCloseable {
        private final SweepTask task;
        private final Configuration hadoop;
        private final FeatureNetwork network;
        private SampleDrawing drawing;
        private String drawn = "";

        Session(SweepTask task, Configuration hadoop, FeatureNetwork network) {
            this.task = task;
            this.hadoop = hadoop;
            this.network = network;
        }

        Drawn drawn(Work work) {
            var one = work.ofCase();
            open(one.network());
            int from = work.block() * ReferenceDistance.BLOCK;
            int rows = Math.min(ReferenceDistance.BLOCK, task.samples - from);
            int size = network.model().shape().size();
            var pixels = new byte[rows * size];
            long nanos = 0;
            long multiplyAdds = 0;
            int batches = 0;
            for (int first = 0; first < rows; first += task.source.batch()) {
                var samples = drawing.draw(from + first, one.guidance(), one.gamma(), one.steps());
                for (int i = 0; i < samples.size() && first + i < rows; i++) {
                    System.arraycopy(samples.get(i).image(), 0, pixels, (first + i) * size, size);
                }
                nanos += samples.get(0).nanos();
                multiplyAdds = samples.get(0).multiplyAdds();
                batches++;
            }
            var features = ReferenceDistance.features(network, work.block(), pixels, task.featureBatch);
            return new Drawn(one.number(), features, nanos / batches, multiplyAdds);
        }

        private void open(String name) {
            if (!drawn.equals(name)) {
                closeDrawing();
                var model = task.models.get(name);
                drawing = SampleDrawing.ofFlowMap(model, task.source, hadoop);
                drawn = name;
            }
        }

        private void closeDrawing() {
            if (drawing != null) {
                drawing.close();
            }
        }

        @Override
        public void close() {
            closeDrawing();
            network.close();
        }
    }
}
