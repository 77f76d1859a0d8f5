package io.flowmap.eval.prompt;

import io.flowmap.data.LatentShape;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.scene.SceneLaw;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** Says how well one image shows what its prompt asks for. */
public interface PromptMeasure extends Serializable {
    /** Prefix of the names of all such measures. */
    String PREFIX = MetricRow.PROMPT;

    /** The measure with that name, empty if it is none for prompts. Throws {@link IllegalArgumentException} for an unknown one. */
    static Optional<PromptMeasure> named(String name) {
        if (!name.startsWith(PREFIX)) {
            return Optional.empty();
        }
        for (var law : SceneLaw.values()) {
            var scenes = new ScenePrompts(law);
            if (scenes.name().equals(name)) {
                return Optional.of(scenes);
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

    /**
     * Values of an image in the order of {@link #values()}, NaN where the prompt does not ask for it.
     *
     * @param pixels uint8 [C,H,W]
     */
    double[] of(String prompt, byte[] pixels);
}
