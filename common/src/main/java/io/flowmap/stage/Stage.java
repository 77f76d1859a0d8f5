package io.flowmap.stage;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A stage that is to be made, and the one way to make it: its output is opened, left alone if it is finished, else written by the work and
 * finished with the work's facts. {@link StageOutput} says what holds in between.
 *
 * @param name of its directory in {@code run.dir}
 * @param sections paths of the settings that determine the output, without {@code run.seed}, which always does
 * @param inputs what it is made from
 * @param operational names of keys, anywhere in the sections, that do not determine the output
 */
public record Stage(String name, List<String> sections, List<StageInput> inputs, Set<String> operational) {
    public Stage {
        sections = List.copyOf(sections);
        inputs = List.copyOf(inputs);
        operational = Set.copyOf(operational);
    }

    /** A stage that all keys of its sections determine. */
    public Stage(String name, List<String> sections, List<StageInput> inputs) {
        this(name, sections, inputs, Set.of());
    }

    /** Writes all files of a stage but its manifest. */
    @FunctionalInterface
    public interface Work {
        /** The manifest's facts: names of components become its keys, in kebab-case. */
        Record write(StageOutput output);
    }

    /** Makes it, or tells as {@code command} that it is skipped. Returns whether it was made now. */
    public boolean make(JobContext context, String command, Work work) {
        boolean made = make(context, work);
        if (!made) {
            context.progress().phase(command, Map.of("skipped", context.stage(name)));
        }
        return made;
    }

    /** Makes it unless it is finished. Returns whether it was made now. */
    public boolean make(JobContext context, Work work) {
        var output = StageOutput.open(context, name, sections, inputs, operational);
        if (output.finished()) {
            return false;
        }
        output.finish(work.write(output));
        return true;
    }
}
