package io.flowmap.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.scene.Scene.Placed;
import io.flowmap.scene.ScenePrompt.Group;
import io.flowmap.scene.Thing.Size;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SceneTest {
    /** The areas of the outlines are pi r^2, (1.8 r)^2 and that of an equilateral triangle with inradius 0.65 r, 3 sqrt(3) (0.65 r)^2. */
    @ParameterizedTest
    @EnumSource
    void drawingCoversTheAreaOfItsShape(Shape shape) {
        double r = 5.7;
        double area =
                switch (shape) {
                    case CIRCLE -> Math.PI * r * r;
                    case SQUARE -> 1.8 * r * 1.8 * r;
                    case TRIANGLE -> 3 * Math.sqrt(3) * 0.65 * r * 0.65 * r;
                };
        assertThat(shape.radius(area)).isCloseTo(r, within(1e-9));
        double covered = 0;
        double right = 0;
        double down = 0;
        for (int i = 0; i < 32 * 32; i++) {
            double dx = i % 32 + 0.5 - 15.3;
            double dy = i / 32 + 0.5 - 16.8;
            double a = shape.coverage(dx, dy, r);
            covered += a;
            right += a * dx;
            down += a * dy;
            if (a == 1) {
                assertThat(dx).isBetween(-shape.side(r), shape.side(r));
                assertThat(dy).isBetween(-shape.up(r), shape.down(r));
            }
        }
        assertThat(covered).isCloseTo(area, within(0.015 * area));
        assertThat(right / covered).isCloseTo(0, within(0.05));
        assertThat(down / covered).isCloseTo(0, within(0.05));
    }

    /** Pixels on the row of the centre, by the formula: background (1 - a) + colour a, a = clamp(0.5 - (|dx| - r), 0, 1). */
    @Test
    void pixelsAreBlendedByTheirCoverage() {
        var circle = new Placed(Colour.RED, Shape.CIRCLE, Size.SMALL, 10.5, 20.5, 3.8);
        byte[] planes = new Scene(Colour.LIGHT, List.of(circle), "a red circle").planes();
        assertThat(planes).hasSize(3 * 32 * 32);
        int[] red = new int[6];
        int[] green = new int[6];
        for (int dx = 0; dx < 6; dx++) {
            red[dx] = planes[20 * 32 + 10 + dx] & 0xff;
            green[dx] = planes[1024 + 20 * 32 + 10 + dx] & 0xff;
        }
        assertThat(red).containsExactly(220, 220, 220, 220, 228, 232);
        assertThat(green).containsExactly(40, 40, 40, 40, 174, 232);
        assertThat(planes[2048] & 0xff).isEqualTo(224);
    }

    @Test
    void laterObjectsCoverEarlierOnes() {
        var below = new Placed(Colour.RED, Shape.SQUARE, Size.LARGE, 16, 16, 6);
        var above = new Placed(Colour.BLUE, Shape.CIRCLE, Size.SMALL, 16, 16, 3);
        byte[] planes = new Scene(Colour.DARK, List.of(below, above), "").planes();
        assertThat(planes[16 * 32 + 16] & 0xff).isEqualTo(50);
        assertThat(planes[16 * 32 + 12] & 0xff).isEqualTo(220);
        assertThat(planes[16 * 32 + 5] & 0xff).isEqualTo(24);
    }

    @Test
    void captionsOfTheGrammarAreRead() {
        var both = ScenePrompt.parse("there is a tiny red triangle over a big blue square");
        assertThat(both.things())
                .containsExactly(
                        new Thing(Size.SMALL, Colour.RED, Shape.TRIANGLE),
                        new Thing(Size.LARGE, Colour.BLUE, Shape.SQUARE));
        assertThat(both.relation()).isEqualTo(Relation.ABOVE);
        assertThat(both.group()).isEqualTo(Group.HELD_OUT);
        assertThat(ScenePrompt.parse(" a  green circle left of a blue square ").relation())
                .isEqualTo(Relation.LEFT_OF);
        assertThat(ScenePrompt.parse("a green circle and a blue square"))
                .isEqualTo(new ScenePrompt(
                        List.of(
                                new Thing(null, Colour.GREEN, Shape.CIRCLE),
                                new Thing(null, Colour.BLUE, Shape.SQUARE)),
                        null));
        assertThat(ScenePrompt.parse("a blue circle").group()).isEqualTo(Group.ONE);
    }

    @ParameterizedTest
    @CsvSource({
        "a photo of a cat, '\"photo\" as word 2'",
        "'', '\"\" as word 1'",
        "there are a red circle, '\"are\" as word 2'",
        "a red circle left a blue square, '\"left\" as word 4'",
        "a red circle above a blue, 'its end after word 6'",
        "a red circle above a blue square and a green circle, '\"and\" as word 8'",
        "a dark circle, '\"dark\" as word 2'"
    })
    void otherCaptionsAreRefusedByTheirWord(String caption, String got) {
        assertThatThrownBy(() -> ScenePrompt.parse(caption))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("got " + got);
    }
}
