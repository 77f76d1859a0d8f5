package io.flowmap.scene;

import java.util.List;

/**
 * What a caption asks for.
 *
 * @param things one or two objects, in the order of the caption
 * @param relation relation of the first object to the second; null if the caption has one object or says "and"
 */
public record ScenePrompt(List<Thing> things, Relation relation) {
    public ScenePrompt {
        things = List.copyOf(things);
        if (things.isEmpty() || things.size() > 2 || things.size() == 1 && relation != null) {
            throw new IllegalArgumentException(
                    "expected one object, or two and possibly a relation, got " + things + " and " + relation);
        }
    }

    /** Groups of prompts that are told apart in every table. */
    public enum Group {
        /** One object. */
        ONE,
        /** Two objects, none of them held out of training. */
        TWO,
        /** Two objects, at least one of them a combination that training scenes of two objects never show. */
        HELD_OUT
    }

    /** Reads a caption. Throws {@link IllegalArgumentException} with the word that does not fit if the caption is not of the grammar. */
    public static ScenePrompt parse(String caption) {
        return new CaptionParser(caption).prompt();
    }

    public Group group() {
        if (things.size() == 1) {
            return Group.ONE;
        }
        return things.stream().anyMatch(Thing::isHeldOut) ? Group.HELD_OUT : Group.TWO;
    }
}
