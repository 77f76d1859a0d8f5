package io.flowmap.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StateDictTest {
    private final StateDict dict = new StateDict(
            "a network",
            "net.pth",
            Map.of("a", TensorData.of(new double[] {1, 2, 3, 4}, 2, 2), "b", TensorData.of(new double[] {5}, 1)));

    @Test
    void arraysAreTakenInTheirShape() {
        assertThat(dict.take("a", 2, 2)).containsExactly(1, 2, 3, 4);
        assertThat(dict.take("b", 1)).containsExactly(5);
        dict.requireAllTaken();
    }

    @Test
    void aMissingArrayIsNamedWithItsShape() {
        assertThatThrownBy(() -> dict.take("c", 3, 4))
                .isInstanceOf(UserError.class)
                .hasMessage("cannot read a network from net.pth: expected an array c of shape [3, 4], got none");
        assertThatThrownBy(() -> dict.shape("c"))
                .isInstanceOf(UserError.class)
                .hasMessage("cannot read a network from net.pth: expected an array c, got none");
    }

    @Test
    void aMisshapenArrayIsNamedWithBothShapesAndNotTaken() {
        assertThatThrownBy(() -> dict.take("a", 4))
                .isInstanceOf(UserError.class)
                .hasMessage("cannot read a network from net.pth: expected an array a of shape [4], got [2, 2]");
        dict.take("b", 1);
        assertThatThrownBy(dict::requireAllTaken).isInstanceOf(UserError.class);
    }

    @Test
    void aSurplusArrayIsNamed() {
        dict.take("b", 1);
        assertThatThrownBy(dict::requireAllTaken)
                .isInstanceOf(UserError.class)
                .hasMessage("cannot read a network from net.pth: expected no array a, got one of shape [2, 2]");
    }
}
