package io.flowmap.distill.train.average;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.Floats;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SentStateTest {
    private static final AtomicLong AVERAGINGS = new AtomicLong(Long.MAX_VALUE - 100);

    private static final BlockPlan PLAN = new BlockPlan(70_001, 3, 4096);

    /** Each test's averaging comes after all others in this JVM. */
    private final long averaging = AVERAGINGS.incrementAndGet();

    @Test
    void stateIsReceivedBitForBitIntoTheSameVectors() throws Exception {
        var first = received(sent(1, state(1)));
        assertThat(copies(first)).isDeepEqualTo(copies(state(1)));
        var second = received(sent(2, state(2)));
        assertThat(copies(second)).isDeepEqualTo(copies(state(2)));
        assertThat(second.get(0)).isSameAs(first.get(0));
    }

    @Test
    void anEarlierRoundIsNeitherReceivedNorReadAgain() throws Exception {
        var early = sent(3, state(3));
        var late = sent(4, state(4));
        var held = (SentState) read(early);
        var current = (SentState) read(late);
        assertThatThrownBy(held::vectors).hasMessage("cannot run a task of a round that has ended");
        assertThatThrownBy(() -> read(early)).isInstanceOf(InvalidObjectException.class);
        assertThat(copies(((SentState) read(late)).vectors())).isDeepEqualTo(copies(state(4)));
        assertThat(copies(current.vectors())).isDeepEqualTo(copies(state(4)));
    }

    private static List<? extends Floats> received(byte[] bytes) throws Exception {
        return ((SentState) read(bytes)).vectors();
    }

    private byte[] sent(long number, List<Floats> state) throws IOException {
        var round = DriverRound.start(averaging, state, 1);
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(new SentState(averaging, number, PLAN));
        }
        round.end(true);
        return bytes.toByteArray();
    }

    private static Object read(byte[] bytes) throws Exception {
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }

    private static List<Floats> state(long seed) {
        return IntStream.range(0, PLAN.vectors())
                .mapToObj(vector -> {
                    var values = new float[PLAN.length()];
                    new CounterRandom(seed).gaussians(values, 0, values.length, vector);
                    return Floats.of(values);
                })
                .toList();
    }

    private static float[][] copies(List<? extends Floats> vectors) {
        return vectors.stream().map(Floats::copy).toArray(float[][]::new);
    }
}
