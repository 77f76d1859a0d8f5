package io.flowmap.stage;

import io.flowmap.config.UserError;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A stage and the protocol for making it. {@link #make} opens the output and skips it if it is finished; otherwise runs the work and
 * finishes the output with the work's facts. If a mistake of the user ends the work, it is recorded in the output. {@link StageOutput} describes the guarantees.
 *
 * @param name name of its directory in {@code run.dir}
 * @param sections paths of the settings that determine the output; {@code run.seed} always does and is not listed
 * @param inputs inputs of the stage
 * @param operational names of keys anywhere in the sections that do not determine the output
 */
public record Stage(String name, List<String> sections, List<StageInput> inputs, Set<String> operational) {
    public Stage {
        sections = List.copyOf(sections);
        inputs = List.copyOf(inputs);
        operational = Set.copyOf(operational);
    }

    /** A stage that is determined by all keys of its sections. */
    public Stage(String name, List<String> sections, List<StageInput> inputs) {
        this(name, sections, inputs, Set.of());
    }

    /** Writes all files of a stage except its manifest. */
    @FunctionalInterface
    public interface Work {
        /** Writes the files and returns the manifest's facts. Component names become keys in kebab-case. */
        Record write(StageOutput output);
    }

    /** Makes the stage, or reports as {@code command} that it is skipped. Returns whether it was made now. */
    public boolean make(JobContext context, String command, Work work) {
        boolean made = make(context, work);
        if (!made) {
            context.progress().phase(command, Map.of("skipped", context.stage(name)));
        }
        return made;
    }

    /** Makes the stage unless it is finished. Returns whether it was made now. */
    public boolean make(JobContext context, Work work) {
        var output = StageOutput.open(context, name, sections, inputs, operational);
        if (output.finished()) {
            return false;
        }
        try {
            output.finish(work.write(output));
            return true;
        } catch (Exception e) { // Spark throws checked exceptions that it does not declare
            UserError.in(e).ifPresent(output::fail);
            throw e;
        }
    }
}
