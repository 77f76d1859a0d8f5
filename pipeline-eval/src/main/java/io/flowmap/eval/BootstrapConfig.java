package io.flowmap.eval;

/**
 * The section {@code evaluate.bootstrap}.
 *
 * @param resamples resamples of a set of samples; 0 for no intervals
 * @param promptResamples resamples of the prompts; 0 for no intervals
 * @param confidence confidence of an interval, in (0, 1)
 */
record BootstrapConfig(int resamples, int promptResamples, double confidence) {
    BootstrapConfig {
        if (resamples < 0 || resamples == 1 || promptResamples < 0 || promptResamples == 1) {
            throw new IllegalArgumentException(
                    "expected 0 or two and more resamples, got " + resamples + " and " + promptResamples);
        }
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("expected a confidence between 0 and 1, got " + confidence);
        }
    }
}
