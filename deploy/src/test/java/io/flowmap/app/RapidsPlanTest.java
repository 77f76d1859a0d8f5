package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks, with RAPIDS' own explanation of plans, which parts of a run's Spark SQL stay on the CPU. Needs its jar: -Drapids.jar=FILE. */
class RapidsPlanTest {
    /** Operators that stay on the CPU, and why. */
    private static final Map<String, String> LISTED = Map.of(
            "LocalTableScanExec", "a table of a few rows that the driver has computed, to be written",
            "RDDScanExec", "rows that Java has made (latents, samples), to be written",
            "InMemoryTableScanExec",
                    "kept rows: only here, as the serializer of deploy/profiles/gpu-etl does not run without a GPU");

    private static final Map<String, String> SETTINGS = Map.of(
            "spark.master", "local[2]",
            "spark.ui.enabled", "false",
            // Whole plans only: adaptive plans are reported in pieces, and a reused exchange is not explained.
            "spark.sql.adaptive.enabled", "false",
            "spark.sql.exchange.reuse", "false",
            "spark.sql.queryExecutionListeners", PlanRecorder.class.getName(),
            "spark.rapids.sql.exec.InMemoryTableScanExec", "true");

    /** A line about an operator, "! <name> cannot run" or "!Exec <name> cannot run", or an expression. */
    private static final Pattern STAYS = Pattern.compile("^!.*?<(\\w+)>.*");

    @TempDir
    Path folder;

    @AfterEach
    void forgetSettings() {
        SETTINGS.keySet().forEach(System::clearProperty);
    }

    @Test
    void onlyTheListedOperatorsOfARunStayOnTheCpu() {
        assumeThatCode(() -> Class.forName(PlanRecorder.EXPLAINER)).doesNotThrowAnyException();
        SETTINGS.forEach(System::setProperty);
        for (var command : List.of("pipeline", "dataset", "sweep")) {
            TinyRun.complete(
                    command,
                    folder,
                    "ingest.filter.duplicates=perceptual",
                    "ingest.filter.samples=50",
                    "sweep.samples=30",
                    "sweep.steps=[1]");
        }
        var told = PlanRecorder.told();
        assertThat(String.join("\n", told))
                .contains(
                        "*Exec <SortMergeJoinExec>",
                        "*Exec <HashAggregateExec>",
                        "*Exec <SortExec>",
                        "*Exec <GenerateExec>",
                        "*Expression <BitwiseXor>",
                        "*Exec <DataWritingCommandExec>");
        var stays = told.stream().filter(line -> line.startsWith("!")).collect(Collectors.toCollection(TreeSet::new));
        assertThat(stays).allSatisfy(line -> {
            var operator = STAYS.matcher(line);
            assertThat(operator.matches()).as(line).isTrue();
            assertThat(LISTED).as(line).containsKey(operator.group(1));
        });
    }
}
