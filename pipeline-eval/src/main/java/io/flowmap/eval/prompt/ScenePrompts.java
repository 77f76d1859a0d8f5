package io.flowmap.eval.prompt;

import io.flowmap.data.LatentShape;
import io.flowmap.eval.scene.SceneDetector;
import io.flowmap.eval.scene.SceneSkills;
import io.flowmap.eval.scene.SceneSkills.Skill;
import io.flowmap.scene.Scene;
import io.flowmap.scene.SceneLaw;
import io.flowmap.scene.ScenePrompt;
import io.flowmap.scene.ScenePrompt.Group;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Prompts of scenes: "all" is 1 if the image shows all skills that the prompt states, else 0; each {@link Skill} is 1 or 0 where stated.
 *
 * @param law law of the scenes
 */
record ScenePrompts(SceneLaw law) implements PromptMeasure {
    private static final LatentShape IMAGE = new LatentShape(Scene.CHANNELS, Scene.SIDE, Scene.SIDE);

    @Override
    public String name() {
        return PREFIX + (law == SceneLaw.FIRST ? "scenes" : "scenes-hard");
    }

    @Override
    public List<String> values() {
        var values = new ArrayList<>(List.of("all"));
        Arrays.stream(Skill.values()).map(ScenePrompts::text).forEach(values::add);
        return values;
    }

    @Override
    public List<String> groups() {
        return Arrays.stream(Group.values()).map(ScenePrompts::text).toList();
    }

    @Override
    public String group(String prompt) {
        return text(ScenePrompt.parse(prompt).group());
    }

    @Override
    public void check(LatentShape shape) {
        if (!shape.equals(IMAGE)) {
            throw new IllegalArgumentException("expected images of " + IMAGE + ", got " + shape);
        }
    }

    @Override
    public PromptScorer open() {
        return this::values;
    }

    private double[] values(String prompt, byte[] pixels) {
        var skills = SceneSkills.of(ScenePrompt.parse(prompt), new SceneDetector(law).objects(pixels));
        var values = new double[1 + Skill.values().length];
        values[0] = skills.all() ? 1 : 0;
        for (var skill : Skill.values()) {
            values[1 + skill.ordinal()] = !skills.stated().contains(skill)
                    ? Double.NaN
                    : skills.shown().contains(skill) ? 1 : 0;
        }
        return values;
    }

    private static String text(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
