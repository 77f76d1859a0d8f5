package io.flowmap.eval.scene;

import io.flowmap.eval.scene.SceneDetector.Found;
import io.flowmap.scene.ScenePrompt;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which skills a prompt asks for, and which of them a picture shows. Without the right number of objects it shows none: the fragments of a
 * broken picture would collect the others by chance.
 */
public record SceneSkills(Set<Skill> stated, Set<Skill> shown) {
    /** What a prompt may ask for. Count, colour and shape are always stated. */
    public enum Skill {
        COUNT,
        COLOUR,
        SHAPE,
        SIZE,
        RELATION
    }

    /** The skills of a picture with these objects, which are assigned to those of the prompt in the best way. */
    public static SceneSkills of(ScenePrompt prompt, List<Found> found) {
        var stated = stated(prompt);
        if (found.size() != prompt.things().size()) {
            return new SceneSkills(stated, EnumSet.noneOf(Skill.class));
        }
        var best = new SceneSkills(stated, shown(prompt, stated, found));
        if (found.size() == 2) {
            var other = new SceneSkills(stated, shown(prompt, stated, List.of(found.get(1), found.get(0))));
            return other.isBetterThan(best) ? other : best;
        }
        return best;
    }

    /** Whether the picture shows all that is stated. */
    public boolean all() {
        return shown.equals(stated);
    }

    private boolean isBetterThan(SceneSkills other) {
        if (all() != other.all()) {
            return all();
        }
        boolean coloured = shown.contains(Skill.COLOUR);
        return coloured != other.shown.contains(Skill.COLOUR) ? coloured : shown.size() > other.shown.size();
    }

    private static Set<Skill> stated(ScenePrompt prompt) {
        var stated = EnumSet.of(Skill.COUNT, Skill.COLOUR, Skill.SHAPE);
        if (prompt.things().stream().anyMatch(thing -> thing.size() != null)) {
            stated.add(Skill.SIZE);
        }
        if (prompt.relation() != null) {
            stated.add(Skill.RELATION);
        }
        return stated;
    }

    /** The stated skills that are shown if the objects are the prompt's in this order. */
    private static Set<Skill> shown(ScenePrompt prompt, Set<Skill> stated, List<Found> found) {
        var shown = EnumSet.copyOf(stated);
        for (int i = 0; i < found.size(); i++) {
            var thing = prompt.things().get(i);
            var object = found.get(i);
            if (thing.colour() != object.colour()) {
                shown.remove(Skill.COLOUR);
            }
            if (thing.shape() != object.shape()) {
                shown.remove(Skill.SHAPE);
            }
            if (thing.size() != null && thing.size() != object.size()) {
                shown.remove(Skill.SIZE);
            }
        }
        if (prompt.relation() != null) {
            double dx = found.get(1).x() - found.get(0).x();
            double dy = found.get(1).y() - found.get(0).y();
            if (!prompt.relation().holds(dx, dy)) {
                shown.remove(Skill.RELATION);
            }
        }
        return shown;
    }
}
