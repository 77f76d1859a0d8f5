package io.flowmap.app.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.stage.Progress;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class InterruptionTest {
    private final Interruption interruption = new Interruption(new PrintWriter(new StringWriter()));
    private final Progress progress = interruption.following(Progress.log(Clock.systemUTC()), null);

    @Test
    void beforeTheFirstCheckpointNothingOfTheStageIsKept() {
        progress.begin("pretrain", 1, 1);
        assertThat(interruption.line())
                .isEqualTo("stopped in pretrain; nothing of it is kept yet: the same command begins it again");
        progress.bar("train", 1200, "steps").step(12);
        assertThat(interruption.line())
                .isEqualTo("stopped after 12 of 1,200 steps of pretrain; nothing of it is kept yet:"
                        + " the same command begins it again");
    }

    @Test
    void afterACheckpointItsStepIsNamed() {
        progress.begin("distill", 1, 1);
        var bar = progress.bar("train", 600, "steps");
        bar.step(100);
        progress.goesOn("from the checkpoint of step 100 in runs/x/flowmap");
        bar.step(20);
        assertThat(interruption.line())
                .isEqualTo("stopped after 120 of 600 steps of distill; the same command goes on"
                        + " from the checkpoint of step 100 in runs/x/flowmap");
    }

    @Test
    void theFinishedStagesOfAPipelineAreKept() {
        progress.begin("ingest", 1, 2);
        progress.goesOn("after ingest, which is finished");
        progress.begin("pretrain", 2, 2);
        assertThat(interruption.line())
                .isEqualTo("stopped in pretrain; nothing of it is kept yet: the same command begins it again,"
                        + " after ingest, which is finished");
    }
}
