package io.flowmap.eval.prompt;

import io.flowmap.data.LatentShape;
import io.flowmap.eval.table.MetricProtocol.Network;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.scene.SceneLaw;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** Says how well one image shows what its prompt asks for. */
public interface PromptMeasure extends Serializable {
    /** Prefix of the names of all such measures. */
    String PREFIX = MetricRow.PROMPT;

    /** Whether a protocol with that name measures images for their prompts. */
    static boolean isNamed(String name) {
        return name.startsWith(PREFIX) || ImageTextModel.Kind.of(name).isPresent();
    }

    /** The measure with that name that needs no file. Throws {@link IllegalArgumentException} for an unknown one. */
    static PromptMeasure named(String name) {
        for (var law : SceneLaw.values()) {
            var scenes = new ScenePrompts(law);
            if (scenes.name().equals(name)) {
                return scenes;
            }
        }
        throw new IllegalArgumentException("expected " + new ScenePrompts(SceneLaw.FIRST).name() + " or "
                + new ScenePrompts(SceneLaw.HARD).name() + " as a protocol for prompts, got " + name);
    }

    /** Name in settings and tables. */
    String name();

    /** Names of the values of an image, at least one; sets are compared by the first. */
    List<String> values();

    /** Names of the groups of prompts whose first value is also reported apart; may be empty. */
    List<String> groups();

    /** The group of a prompt, null for none. Throws {@link IllegalArgumentException} if the prompt cannot be measured. */
    String group(String prompt);

    /** Throws {@link IllegalArgumentException} if images of this shape cannot be measured. */
    void check(LatentShape shape);

    /** The network that it asks, empty if it reads pictures itself. */
    default Optional<Network> network() {
        return Optional.empty();
    }

    /** A scorer for one task. */
    PromptScorer open();
}
