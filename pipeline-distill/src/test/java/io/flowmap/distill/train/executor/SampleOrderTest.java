package io.flowmap.distill.train.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SampleOrderTest {
    private static final int[] COUNTS = {7, 7, 7, 3};

    @Test
    void everyEpochHoldsEveryRecordOnce() {
        var order = new SampleOrder(1, 0, COUNTS);
        for (int epoch = 0; epoch < 5; epoch++) {
            assertThat(new HashSet<>(epoch(order, epoch))).hasSize(24);
        }
    }

    @Test
    void epochsSeedsAndBucketsDifferAndCallsDoNotDependOnEachOther() {
        var order = new SampleOrder(1, 0, COUNTS);
        var first = epoch(order, 0);
        assertThat(epoch(order, 1)).isNotEqualTo(first);
        assertThat(epoch(new SampleOrder(2, 0, COUNTS), 0)).isNotEqualTo(first);
        assertThat(epoch(new SampleOrder(1, 1, COUNTS), 0)).isNotEqualTo(first);
        var backwards = new ArrayList<SampleOrder.Location>();
        for (int sample = 23; sample >= 0; sample--) {
            backwards.add(0, order.locate(sample));
        }
        assertThat(backwards).isEqualTo(first);
    }

    @Test
    void blocksAreFinishedInTurn() {
        var blocks = epoch(new SampleOrder(4, 0, COUNTS), 2).stream()
                .map(SampleOrder.Location::block)
                .toList();
        int changes = 0;
        for (int i = 1; i < blocks.size(); i++) {
            changes += blocks.get(i).equals(blocks.get(i - 1)) ? 0 : 1;
        }
        assertThat(changes).isEqualTo(3);
    }

    private static List<SampleOrder.Location> epoch(SampleOrder order, int epoch) {
        var locations = new ArrayList<SampleOrder.Location>();
        for (int i = 0; i < 24; i++) {
            locations.add(order.locate(24L * epoch + i));
        }
        return locations;
    }
}
