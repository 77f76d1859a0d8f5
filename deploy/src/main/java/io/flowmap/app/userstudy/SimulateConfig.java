package io.flowmap.app.userstudy;

import io.flowmap.app.userstudy.MakeConfig.Comparison;
import java.io.Serializable;
import java.util.List;

/** The section {@code study.simulate}; reference.conf documents every key. */
record SimulateConfig(
        int studies,
        int participants,
        int questions,
        int scenes,
        Comparison compare,
        List<Double> strengths,
        double tie,
        double spread,
        double sideBias,
        int resamples,
        double confidence,
        double ridge)
        implements Serializable {
    SimulateConfig {
        strengths = List.copyOf(strengths);
        if (studies < 1 || participants < 2 || questions < 1 || scenes < 1) {
            throw new IllegalArgumentException(
                    "expected studies, questions and scenes of at least 1 and two or more participants, got " + studies
                            + ", " + questions + ", " + scenes + " and " + participants);
        }
        if (strengths.size() < compare.images() || !strengths.stream().allMatch(Double::isFinite)) {
            throw new IllegalArgumentException(
                    "expected strengths of " + compare.images() + " or more sets, got " + strengths);
        }
        if (!Double.isFinite(tie) || !(spread >= 0) || !(sideBias >= 0 && sideBias < 1)) {
            throw new IllegalArgumentException(
                    "expected a finite tie, a spread of 0 or more and a side-bias in [0, 1), got " + tie + ", " + spread
                            + " and " + sideBias);
        }
        new StudyReportConfig(resamples, confidence, ridge);
    }
}
