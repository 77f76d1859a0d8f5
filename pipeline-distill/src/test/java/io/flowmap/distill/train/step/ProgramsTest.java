package io.flowmap.distill.train.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.data.LatentShape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Programs of 1 MiB a row, compiled for shapes of so many rows. */
class ProgramsTest {
    private final List<String> events = new ArrayList<>();

    private Programs<AutoCloseable> programs(int most, int megabytes) {
        return new Programs<>(new ProgramsConfig(most, megabytes), shape -> {
            events.add("plan " + shape.height());
            return (long) shape.height() << 20;
        });
    }

    private void use(Programs<AutoCloseable> programs, int... rows) {
        for (int height : rows) {
            programs.get(new LatentShape(1, height, 1), () -> {
                events.add("compile " + height);
                return () -> events.add("close " + height);
            });
        }
    }

    @Test
    void oneShapeIsCompiledOnceAndNotPlanned() {
        try (var programs = programs(1, 1)) {
            use(programs, 5, 5, 5);
        }
        assertThat(events).containsExactly("compile 5", "close 5");
    }

    @Test
    void theLeastRecentlyUsedIsClosedBeforeANewOneIsCompiled() {
        var programs = programs(2, 100);
        use(programs, 1, 2, 1, 3, 1, 2);
        assertThat(events)
                .filteredOn(event -> !event.startsWith("plan"))
                .containsExactly("compile 1", "compile 2", "close 2", "compile 3", "close 3", "compile 2");
        programs.close();
        assertThat(events).endsWith("close 1", "close 2");
    }

    @Test
    void asManyAreClosedAsTheBytesOfANewOneNeed() {
        var programs = programs(8, 10);
        use(programs, 2, 3, 4, 6, 20, 2);
        assertThat(events)
                .filteredOn(event -> !event.startsWith("plan"))
                .containsExactly(
                        "compile 2",
                        "compile 3",
                        "compile 4",
                        "close 2",
                        "close 3",
                        "compile 6",
                        "close 4",
                        "close 6",
                        "compile 20",
                        "close 20",
                        "compile 2");
        assertThat(events).filteredOn(event -> event.startsWith("plan")).doesNotHaveDuplicates();
    }

    @Test
    void theirMostBytesAreKnownBeforehand() {
        long largest = 6 << 20;
        assertThat(new ProgramsConfig(8, 100).bytes(largest, 3)).isEqualTo(3 * largest);
        assertThat(new ProgramsConfig(2, 100).bytes(largest, 3)).isEqualTo(2 * largest);
        assertThat(new ProgramsConfig(8, 10).bytes(largest, 3)).isEqualTo(10 << 20);
        assertThat(new ProgramsConfig(8, 1).bytes(largest, 3)).isEqualTo(largest);
        assertThat(new ProgramsConfig(8, 1).bytes(largest, 1)).isEqualTo(largest);
    }
}
