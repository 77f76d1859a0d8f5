package io.flowmap.eval.scene;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.eval.scene.SceneSkills.Skill;
import io.flowmap.scene.Colour;
import io.flowmap.scene.Scene;
import io.flowmap.scene.Scene.Placed;
import io.flowmap.scene.SceneDrawing;
import io.flowmap.scene.SceneDrawing.Mix;
import io.flowmap.scene.SceneLaw;
import io.flowmap.scene.ScenePrompt;
import io.flowmap.scene.Shape;
import io.flowmap.scene.Thing.Size;
import io.flowmap.tensor.CounterRandom;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An independent detector in NumPy and SciPy has all of its 5,000 scenes right, also with noise of 8 and 16, and 0.3 % of those of others. */
class SceneDetectorTest {
    private static final int COUNT = 1_500;

    @ParameterizedTest
    @EnumSource
    void realScenesShowAllOfTheirCaptions(SceneLaw law) {
        assertThat(share(law, 0, false, SceneSkills::all)).isGreaterThan(0.998);
        assertThat(share(law, 8, false, SceneSkills::all)).isGreaterThan(0.998);
        assertThat(share(law, 16, false, SceneSkills::all)).isGreaterThan(0.998);
    }

    /** The numbers of objects agree in 0.3^2 + 0.7^2 of the pairs; skills are shown by fewer, since the number must be right. */
    @ParameterizedTest
    @EnumSource
    void scenesOfOtherCaptionsDoNot(SceneLaw law) {
        assertThat(share(law, 0, true, SceneSkills::all)).isLessThan(0.02);
        assertThat(share(law, 0, true, skills -> skills.shown().contains(Skill.COUNT)))
                .isBetween(0.5, 0.66);
        assertThat(share(law, 0, true, skills -> skills.shown().contains(Skill.COLOUR)))
                .isBetween(0.05, 0.22);
        assertThat(share(law, 0, true, skills -> skills.shown().contains(Skill.SHAPE)))
                .isBetween(0.05, 0.22);
    }

    @Test
    void objectsAreFoundWhereTheyWereDrawn() {
        var found = new SceneDetector(SceneLaw.FIRST)
                .objects(new Scene(
                                Colour.DARK,
                                List.of(
                                        new Placed(Colour.YELLOW, Shape.TRIANGLE, Size.LARGE, 24.2, 16, 5.7),
                                        new Placed(Colour.BLUE, Shape.SQUARE, Size.SMALL, 8, 12.5, 3.6)),
                                "")
                        .planes());
        assertThat(found).hasSize(2);
        var square = found.get(1).colour() == Colour.BLUE ? found.get(1) : found.get(0);
        var triangle = found.get(1).colour() == Colour.BLUE ? found.get(0) : found.get(1);
        assertThat(square.shape()).isEqualTo(Shape.SQUARE);
        assertThat(square.size()).isEqualTo(Size.SMALL);
        assertThat(square.x()).isBetween(7.9, 8.1);
        assertThat(square.y()).isBetween(12.4, 12.6);
        assertThat(square.area()).isBetween(1.8 * 3.6 * 1.8 * 3.6 - 1, 1.8 * 3.6 * 1.8 * 3.6 + 1);
        assertThat(triangle.shape()).isEqualTo(Shape.TRIANGLE);
        assertThat(triangle.size()).isEqualTo(Size.LARGE);
        assertThat(triangle.x()).isBetween(24.1, 24.3);
        assertThat(triangle.y()).isBetween(15.9, 16.1);
    }

    @Test
    void skillsNeedTheRightNumberOfObjects() {
        var red = new Placed(Colour.RED, Shape.CIRCLE, Size.LARGE, 8, 16, 5.7);
        var blue = new Placed(Colour.BLUE, Shape.SQUARE, Size.LARGE, 24, 16, 5.7);
        var both = new Scene(Colour.DARK, List.of(red, blue), "").planes();
        var one = new Scene(Colour.DARK, List.of(red), "").planes();
        assertThat(shown("a red circle left of a blue square", both))
                .containsExactly(Skill.COUNT, Skill.COLOUR, Skill.SHAPE, Skill.RELATION);
        assertThat(shown("a blue square left of a red circle", both))
                .containsExactly(Skill.COUNT, Skill.COLOUR, Skill.SHAPE);
        assertThat(shown("a big red square and a big blue circle", both))
                .containsExactly(Skill.COUNT, Skill.COLOUR, Skill.SIZE);
        assertThat(shown("a red circle", both)).isEmpty();
        assertThat(shown("a red circle left of a blue square", one)).isEmpty();
        assertThat(shown("a small red circle", one)).containsExactly(Skill.COUNT, Skill.COLOUR, Skill.SHAPE);
        assertThat(shown("a red circle", new byte[3072])).isEmpty();
    }

    /** A gray square is a component, but has no colour; a thin bar has no shape. */
    @Test
    void whatTheLawDoesNotDrawIsUnknown() {
        byte[] planes = new Scene(Colour.DARK, List.of(), "").planes();
        for (int i = 0; i < 100; i++) {
            for (int channel = 0; channel < 3; channel++) {
                planes[channel * 1024 + (i / 10 + 3) * 32 + i % 10 + 3] = (byte) 128;
            }
        }
        for (int i = 0; i < 24; i++) {
            planes[25 * 32 + i + 3] = (byte) 220;
        }
        var found = new SceneDetector(SceneLaw.FIRST).objects(planes);
        assertThat(found).hasSize(2);
        assertThat(found.get(0).colour()).isNull();
        assertThat(found.get(0).shape()).isEqualTo(Shape.SQUARE);
        assertThat(found.get(1).colour()).isEqualTo(Colour.RED);
        assertThat(found.get(1).shape()).isNull();
    }

    private static Iterable<Skill> shown(String caption, byte[] planes) {
        return SceneSkills.of(ScenePrompt.parse(caption), new SceneDetector(SceneLaw.FIRST).objects(planes))
                .shown();
    }

    /**
     * The share of evaluation scenes with noise of this deviation for which the skills of its caption, or of that of
     * any other, hold.
     */
    private static double share(SceneLaw law, double noise, boolean other, Predicate<SceneSkills> wanted) {
        var drawing = new SceneDrawing(law, Mix.EVALUATION, 11, 1);
        var detector = new SceneDetector(law);
        var random = new CounterRandom(12);
        int right = 0;
        for (int n = 0; n < COUNT; n++) {
            byte[] planes = drawing.scene(n).planes();
            if (noise > 0) {
                disturb(planes, noise, random, n);
            }
            var prompt = ScenePrompt.parse(
                    drawing.scene(other ? random.below(COUNT, n) : n).caption());
            right += wanted.test(SceneSkills.of(prompt, detector.objects(planes))) ? 1 : 0;
        }
        return (double) right / COUNT;
    }

    private static void disturb(byte[] planes, double deviation, CounterRandom random, int number) {
        var noise = new float[planes.length];
        random.gaussians(noise, 0, noise.length, number);
        for (int i = 0; i < planes.length; i++) {
            double moved = (planes[i] & 0xff) + deviation * noise[i];
            planes[i] = (byte) Math.max(0, Math.min(255, Math.rint(moved)));
        }
    }
}
