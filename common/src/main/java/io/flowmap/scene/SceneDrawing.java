package io.flowmap.scene;

import io.flowmap.scene.ScenePrompt.Group;
import io.flowmap.scene.Thing.Size;
import io.flowmap.tensor.CounterRandom;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Samples scene number n of a split as a function of (law, mix, seed, split, n) alone.
 *
 * @param seed seed of the run
 * @param split number that makes the scenes of the splits differ
 */
public record SceneDrawing(SceneLaw law, Mix mix, long seed, long split) implements Serializable {
    /** How often the groups of prompts occur. */
    public enum Mix {
        /** 40 % one object, 60 % two; no combination that is held out. */
        TRAINING,
        /** Of any ten consecutive scenes three of one object, five of two, and two with a combination that is held out. */
        EVALUATION
    }

    private static final int PERIOD = 10;
    private static final int ONE = 3;
    private static final int TWO = 5;

    public Scene scene(long number) {
        var draws = new Draws(new CounterRandom(seed), split, number);
        var things = things(group(number, draws), draws);
        var relation = Relation.values()[draws.below(Relation.values().length, Draws.RELATION)];
        boolean stated = things.size() == 2 && draws.chance(0.8, Draws.RELATION_STATED);
        var caption = caption(things, stated ? relation : null, draws);
        return new Scene(law.background(draws), law.place(things, relation, draws), caption);
    }

    private Group group(long number, Draws draws) {
        if (mix == Mix.TRAINING) {
            return draws.chance(0.4, Draws.OBJECTS) ? Group.ONE : Group.TWO;
        }
        long place = Math.floorMod(number, PERIOD);
        return place < ONE ? Group.ONE : place < ONE + TWO ? Group.TWO : Group.HELD_OUT;
    }

    /** Draws until the objects are of the group; two have different colours. */
    private static List<Thing> things(Group group, Draws draws) {
        for (int attempt = 0; ; attempt++) {
            var things = new ArrayList<Thing>();
            for (int i = 0; i < (group == Group.ONE ? 1 : 2); i++) {
                things.add(thing(draws, attempt, Draws.THING + i));
            }
            boolean distinct = things.size() == 1
                    || things.get(0).colour() != things.get(1).colour();
            if (distinct && new ScenePrompt(things, null).group() == group) {
                return things;
            }
        }
    }

    private static Thing thing(Draws draws, int attempt, int key) {
        return new Thing(
                Size.values()[draws.below(Size.values().length, key, attempt, 0)],
                Colour.OF_OBJECTS.get(draws.below(Colour.OF_OBJECTS.size(), key, attempt, 1)),
                Shape.values()[draws.below(Shape.values().length, key, attempt, 2)]);
    }

    /** Words for the objects. Sizes are stated for all of them or none; some words have a synonym. */
    private static String caption(List<Thing> things, Relation relation, Draws draws) {
        boolean sized = draws.chance(0.7, Draws.SIZES_STATED);
        var words = new StringBuilder(draws.chance(0.15, Draws.THERE_IS) ? "there is a " : "a ");
        for (int i = 0; i < things.size(); i++) {
            var thing = things.get(i);
            if (i > 0) {
                words.append(' ').append(relation(relation, draws)).append(" a ");
            }
            if (sized) {
                boolean synonym = draws.chance(0.2, Draws.SIZE_SYNONYM + i);
                words.append(synonym ? thing.size().synonym() : thing.size().word())
                        .append(' ');
            }
            words.append(thing.colour().word()).append(' ').append(thing.shape().word());
        }
        return words.toString();
    }

    private static String relation(Relation relation, Draws draws) {
        if (relation == null) {
            return "and";
        }
        boolean synonym = relation.synonym() != null && draws.chance(0.2, Draws.RELATION_SYNONYM);
        return synonym ? relation.synonym() : relation.words();
    }
}
