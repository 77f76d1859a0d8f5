package io.flowmap.distill.prepare;

import io.flowmap.distill.FlowMatchingTraining;

/** The section {@code prepare}; reference.conf documents every key. */
record PrepareConfig(String stage, AlignmentConfig alignment, FlowMatchingTraining finetune, MeasureConfig measure) {
    PrepareConfig {
        if (stage.isBlank()) {
            throw new IllegalArgumentException("expected a stage with an imported teacher, got none");
        }
        if (!alignment.training().emaStds().isEmpty()) {
            throw new IllegalArgumentException(
                    "expected alignment.training.ema-stds = [], since an average over the rows is not aligned, got "
                            + alignment.training().emaStds());
        }
    }
}
