package io.flowmap.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MergeableTest {
    private record Read(String text) implements Mergeable<Read> {
        @Override
        public Read merge(Read other) {
            return new Read("(" + text + other.text + ")");
        }
    }

    @Test
    void partsAreMergedInTheirOrder() {
        assertThat(Mergeable.merged(List.of(new Read("a"), new Read("b"), new Read("c"))))
                .isEqualTo(new Read("((ab)c)"));
        assertThat(Mergeable.merged(List.of(new Read("a")))).isEqualTo(new Read("a"));
    }

    @Test
    void mergingNoPartsFails() {
        assertThatThrownBy(() -> Mergeable.merged(List.<Read>of())).isInstanceOf(IllegalArgumentException.class);
    }
}
