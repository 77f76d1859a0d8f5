package io.flowmap.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.scene.Scene.Placed;
import io.flowmap.scene.SceneDrawing.Mix;
import io.flowmap.scene.ScenePrompt.Group;
import io.flowmap.scene.Thing.Size;
import java.util.EnumMap;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shares of 20,000 scenes stay within four standard errors of the law, at most 0.015. */
class SceneDrawingTest {
    private static final int COUNT = 20_000;
    private static final double SHARE = 0.015;

    @ParameterizedTest
    @EnumSource
    void sceneIsAFunctionOfItsNumber(SceneLaw law) {
        var drawing = new SceneDrawing(law, Mix.TRAINING, 3, 0);
        var again = new SceneDrawing(law, Mix.TRAINING, 3, 0);
        for (long n : new long[] {7, 0, 1L << 40}) {
            assertThat(again.scene(n)).isEqualTo(drawing.scene(n));
            assertThat(new SceneDrawing(law, Mix.TRAINING, 4, 0).scene(n)).isNotEqualTo(drawing.scene(n));
            assertThat(new SceneDrawing(law, Mix.TRAINING, 3, 1).scene(n)).isNotEqualTo(drawing.scene(n));
        }
        assertThat(scenes(law, Mix.TRAINING).stream().distinct()).hasSize(COUNT);
    }

    @ParameterizedTest
    @EnumSource
    void trainingHoldsTwoCombinationsOut(SceneLaw law) {
        var scenes = scenes(law, Mix.TRAINING);
        assertThat(share(scenes, scene -> scene.objects().size() == 1)).isCloseTo(0.4, within(SHARE));
        assertThat(scenes).noneMatch(scene -> prompt(scene).group() == Group.HELD_OUT);
        var alone = scenes.stream().filter(scene -> scene.objects().size() == 1).toList();
        assertThat(share(alone, scene -> prompt(scene).things().get(0).isHeldOut()))
                .isCloseTo(2 / 12.0, within(SHARE));
        var pairs = scenes.stream().filter(scene -> scene.objects().size() == 2).toList();
        assertThat(pairs)
                .noneMatch(scene -> scene.objects().get(0).colour()
                        == scene.objects().get(1).colour());
        for (var shape : Shape.values()) {
            for (var colour : Colour.OF_OBJECTS) {
                boolean held = colour == Colour.RED && shape == Shape.TRIANGLE
                        || colour == Colour.BLUE && shape == Shape.CIRCLE;
                assertThat(pairs.stream()
                                .flatMap(scene -> scene.objects().stream())
                                .anyMatch(object -> object.colour() == colour && object.shape() == shape))
                        .isEqualTo(!held);
            }
        }
    }

    @Test
    void evaluationHasItsGroupsInExactShares() {
        var groups = new EnumMap<Group, Integer>(Group.class);
        var drawing = new SceneDrawing(SceneLaw.FIRST, Mix.EVALUATION, 3, 1);
        LongStream.range(0, 500)
                .forEach(n -> groups.merge(prompt(drawing.scene(n)).group(), 1, Integer::sum));
        assertThat(groups).containsEntry(Group.ONE, 150).containsEntry(Group.TWO, 250);
        assertThat(groups).containsEntry(Group.HELD_OUT, 100);
    }

    @ParameterizedTest
    @EnumSource
    void nothingLeavesTheCanvasAndGapsAreKept(SceneLaw law) {
        double margin = law == SceneLaw.FIRST ? 0 : 1 - 1e-9;
        double gap = law == SceneLaw.FIRST ? 1.5 : 2 - 1e-9;
        for (var mix : Mix.values()) {
            for (var scene : scenes(law, mix)) {
                for (var object : scene.objects()) {
                    assertThat(object.left()).isGreaterThanOrEqualTo(margin);
                    assertThat(object.top()).isGreaterThanOrEqualTo(margin);
                    assertThat(object.right()).isLessThanOrEqualTo(32 - margin);
                    assertThat(object.bottom()).isLessThanOrEqualTo(32 - margin);
                }
                if (scene.objects().size() == 2) {
                    assertThat(gap(scene.objects().get(0), scene.objects().get(1)))
                            .isGreaterThanOrEqualTo(gap);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void captionParsesBackToTheScene(SceneLaw law) {
        for (var mix : Mix.values()) {
            for (var scene : scenes(law, mix)) {
                var prompt = prompt(scene);
                assertThat(scene.caption().split(" ")).hasSizeLessThanOrEqualTo(12);
                assertThat(prompt.things()).hasSameSizeAs(scene.objects());
                for (int i = 0; i < prompt.things().size(); i++) {
                    var thing = prompt.things().get(i);
                    var object = scene.objects().get(i);
                    assertThat(thing.colour()).isEqualTo(object.colour());
                    assertThat(thing.shape()).isEqualTo(object.shape());
                    assertThat(thing.size()).isIn(null, object.size());
                }
                if (prompt.relation() != null) {
                    assertThat(stated(prompt.relation(), scene.objects())).isTrue();
                }
            }
        }
    }

    @Test
    void captionsHaveTheirShares() {
        var scenes = scenes(SceneLaw.FIRST, Mix.TRAINING);
        assertThat(share(scenes, scene -> scene.caption().startsWith("there is a ")))
                .isCloseTo(0.15, within(SHARE));
        assertThat(share(scenes, scene -> prompt(scene).things().get(0).size() != null))
                .isCloseTo(0.7, within(SHARE));
        var pairs = scenes.stream().filter(scene -> scene.objects().size() == 2).toList();
        assertThat(pairs)
                .allMatch(scene -> (prompt(scene).things().get(0).size() == null)
                        == (prompt(scene).things().get(1).size() == null));
        assertThat(share(pairs, scene -> scene.caption().contains(" and "))).isCloseTo(0.2, within(SHARE));
        for (var relation : Relation.values()) {
            assertThat(share(pairs, scene -> prompt(scene).relation() == relation))
                    .isCloseTo(0.2, within(SHARE));
        }
        assertThat(share(pairs, scene -> scene.caption().contains(" over "))).isCloseTo(0.04, within(SHARE));
        assertThat(share(scenes, scene -> scene.caption().matches("(there is )?a (tiny|big) .*")))
                .isCloseTo(0.14, within(SHARE));
    }

    @ParameterizedTest
    @EnumSource
    void radiiAndBackgroundsAreThoseOfTheLaw(SceneLaw law) {
        boolean hard = law == SceneLaw.HARD;
        for (var scene : scenes(law, Mix.TRAINING)) {
            for (var object : scene.objects()) {
                boolean small = object.size() == Size.SMALL;
                assertThat(object.radius())
                        .isBetween(small ? hard ? 2.75 : 3.5 : hard ? 5 : 5.5, small ? hard ? 3.5 : 4 : 6.0);
            }
        }
        assertThat(share(scenes(law, Mix.TRAINING), scene -> scene.background() == Colour.LIGHT))
                .isCloseTo(hard ? 0.5 : 0, within(SHARE));
    }

    private static boolean stated(Relation relation, List<Placed> objects) {
        double dx = objects.get(1).x() - objects.get(0).x();
        double dy = objects.get(1).y() - objects.get(0).y();
        return switch (relation) {
            case LEFT_OF -> dx > 0;
            case RIGHT_OF -> dx < 0;
            case ABOVE -> dy > 0;
            case BELOW -> dy < 0;
        };
    }

    /** Distance between two boxes along the axis on which they are farther apart. */
    private static double gap(Placed a, Placed b) {
        double horizontal = Math.max(a.left() - b.right(), b.left() - a.right());
        return Math.max(horizontal, Math.max(a.top() - b.bottom(), b.top() - a.bottom()));
    }

    private static ScenePrompt prompt(Scene scene) {
        return ScenePrompt.parse(scene.caption());
    }

    private static List<Scene> scenes(SceneLaw law, Mix mix) {
        var drawing = new SceneDrawing(law, mix, 3, mix.ordinal());
        return LongStream.range(0, COUNT).mapToObj(drawing::scene).toList();
    }

    private static double share(List<Scene> scenes, Predicate<Scene> wanted) {
        return (double) scenes.stream().filter(wanted).count() / scenes.size();
    }
}
