package io.flowmap.app.userstudy;

/**
 * The section {@code study.report}.
 *
 * @param resamples of the participants, for intervals
 * @param confidence of the intervals, in (0, 1)
 * @param ridge of the model's strengths, above 0
 */
record StudyReportConfig(int resamples, double confidence, double ridge) {
    StudyReportConfig {
        if (resamples < 2 || !(confidence > 0 && confidence < 1) || !(ridge > 0)) {
            throw new IllegalArgumentException(
                    "expected 2 or more resamples, a confidence between 0 and 1 and a ridge above 0, got " + resamples
                            + ", " + confidence + " and " + ridge);
        }
    }
}
