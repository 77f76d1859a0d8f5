package io.flowmap.eval.report;

/**
 * The section {@code report}.
 *
 * @param title headline of the page
 * @param imagesPerClass rows of a grid
 * @param classes largest number of columns of a grid
 */
record ReportConfig(String title, int imagesPerClass, int classes) {
    ReportConfig {
        if (imagesPerClass < 1 || classes < 1) {
            throw new IllegalArgumentException(
                    "expected images-per-class and classes of 1 or more, got " + imagesPerClass + " and " + classes);
        }
    }
}
