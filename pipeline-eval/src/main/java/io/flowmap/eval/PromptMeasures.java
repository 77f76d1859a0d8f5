package io.flowmap.eval;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.eval.prompt.ImageTextModel;
import io.flowmap.eval.prompt.PromptMeasure;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageInput;
import java.util.ArrayList;
import java.util.List;

/**
 * The measures of prompts that a configuration names.
 *
 * @param inputs the files that they read
 */
record PromptMeasures(List<PromptMeasure> all, List<StageInput> inputs) {
    /** @param shape shape of the images */
    static PromptMeasures open(JobContext context, EvaluateConfig settings, LatentShape shape) {
        var all = new ArrayList<PromptMeasure>();
        var inputs = new ArrayList<StageInput>();
        for (var name : settings.ofPrompts()) {
            if (name.startsWith(PromptMeasure.PREFIX)) {
                all.add(PromptMeasure.named(name));
                continue;
            }
            var model = ImageTextModel.open(context.hadoop(), name, settings.imageText(), shape);
            inputs.add(NamedModels.input(name, ImageTextModel.file(name), model.hash()));
            var tokenizer = model.tokenizer();
            inputs.add(
                    NamedModels.input("tokenizer of " + name, tokenizer.file().toString(), tokenizer.hash()));
            if (all.stream().anyMatch(other -> other.name().equals(model.name()))) {
                throw new UserError(
                        "cannot measure " + name + ": expected files of different names, since rows are named after"
                                + " them, got " + model.name() + " twice");
            }
            all.add(model);
        }
        return new PromptMeasures(List.copyOf(all), List.copyOf(inputs));
    }
}
