package io.flowmap.bench;

import io.flowmap.bench.step.FlowmapStep;
import io.flowmap.stage.ProcessEnd;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Main class of the benchmarks: {@code bench step}, {@code finetune}, {@code averaging}, {@code features}, {@code memory}, {@code metrics}, {@code
 * recall} and {@code ingest}.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Benchmarks against independent rivals; see the sub-commands.")
public final class Bench {
    private Bench() {}

    public static void main(String[] arguments) {
        ProcessEnd.prepare();
        var command = new CommandLine(new Bench());
        command.addSubcommand(new StepBench(Optional.of(FlowmapStep::new)));
        command.addSubcommand(new FinetuneBench());
        command.addSubcommand(new AveragingBench());
        command.addSubcommand(new FeaturesBench());
        command.addSubcommand(new MemoryBench());
        command.addSubcommand(new MetricsBench());
        command.addSubcommand(new RecallBench());
        command.addSubcommand(new IngestBench());
        ProcessEnd.exit(command.execute(arguments));
    }
}
