package io.flowmap.distill.sample;

import io.flowmap.config.UserError;
import io.flowmap.data.ConditionSource;
import io.flowmap.data.LatentData;
import io.flowmap.data.RecordConditions;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.ConditionShape;
import io.flowmap.stage.JobContext;
import io.flowmap.text.Prompt;
import io.flowmap.text.PromptEncoder;
import io.flowmap.text.PromptFile;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.hadoop.fs.Path;

/**
 * The texts that samples are drawn for: sample i has prompt i mod {@code period}, so that more samples are more seeds of each prompt.
 *
 * @param first prompts from number 0 on, as many as the samples need
 * @param period number of prompts
 * @param conditions what they are as conditions
 * @param unknown words that the network reads as unknown, the first ones
 */
record Prompts(List<Prompt> first, int period, ConditionSource conditions, List<String> unknown)
        implements Serializable {
    private static final String SETTING = "generate.prompts.from";
    private static final int MOST_TOLD = 20;

    Prompts {
        first = List.copyOf(first);
        unknown = List.copyOf(unknown);
    }

    /** Prompts of a file, encoded like the captions of the data. Throws {@link UserError} if they cannot be. */
    static Prompts of(JobContext context, GenerateConfig config, PromptFile file, Path data) {
        var range = config.prompts().range(file.prompts().size(), file.path().toString());
        var first = file.prompts().subList(range.from(), range.from() + Math.min(range.count(), config.samples()));
        var texts = first.stream().map(Prompt::text).toList();
        var conditions = new PromptConditions(data.toString(), texts, range.count());
        return new Prompts(first, range.count(), conditions, unknown(context, texts, data));
    }

    private static List<String> unknown(JobContext context, List<String> texts, Path data) {
        try (var encoder = PromptEncoder.open(context.hadoop(), data)) {
            var unknown = texts.stream()
                    .flatMap(text -> encoder.unknown(text).stream())
                    .distinct()
                    .limit(MOST_TOLD)
                    .toList();
            if (!unknown.isEmpty()) {
                context.progress().phase("generate", Map.of("unknown-words", unknown));
            }
            return unknown;
        }
    }

    /** Captions of a split, with the conditions that the data store. Throws {@link UserError} if there are none. */
    static Prompts ofSplit(JobContext context, GenerateConfig config, Path data) {
        var split = config.prompts().split();
        var names = LatentData.parts(context.hadoop(), data, split);
        var parts = names.stream()
                .map(name -> LatentData.open(context.hadoop(), data, name))
                .toList();
        long all = parts.stream().mapToLong(LatentData::count).sum();
        var range = config.prompts().range(all, "split " + split);
        var captions = captions(context, parts, range.from(), Math.min(range.count(), config.samples()));
        if (captions.stream().allMatch(Objects::isNull)) {
            throw new UserError("cannot draw samples for the captions of split " + split
                    + ": it has none (set ingest.captions.from and ingest again, or " + SETTING + " to a file)");
        }
        var first = captions.stream()
                .map(caption -> new Prompt(caption == null ? "" : caption, null))
                .toList();
        return new Prompts(
                first,
                range.count(),
                new RecordConditions(data.toString(), names, range.from(), range.count()),
                List.of());
    }

    private static List<String> captions(JobContext context, List<LatentData> parts, long from, int count) {
        var captions = new ArrayList<String>();
        long begin = 0;
        for (var part : parts) {
            long start = Math.max(from, begin);
            long end = Math.min(from + count, begin + part.count());
            if (start < end) {
                captions.addAll(part.captions(context.spark(), start - begin, (int) (end - start)));
            }
            begin += part.count();
        }
        return captions;
    }

    /** Throws {@link UserError} if the model is not conditioned on texts. */
    static void requireReads(StoredModel model) {
        if (Set.of(ConditionShape.CLASS)
                .containsAll(model.spec().condition().arrays().keySet())) {
            throw new UserError("cannot draw samples for prompts with network " + model.dir()
                    + ": expected one that is conditioned on texts, got "
                    + model.spec().condition() + " (set " + SETTING
                    + "=null, or train it on data with encoded captions)");
        }
    }

    /** Text of a sample. */
    String text(long sample) {
        return first.get((int) (sample % period)).text();
    }
}
