package io.flowmap.distill.train.step;

import java.io.Serializable;
import java.util.List;

/**
 * What is looked at before every checkpoint; reference.conf documents every key.
 *
 * @param pictures samples drawn from fixed noise, 0 for none
 * @param steps numbers of sampling steps of the pictures
 * @param guidance weight that a flow map gets
 * @param validation records of the validation loss, 0 for none
 * @param batch samples evaluated at once
 */
public record MonitorConfig(int pictures, List<Integer> steps, double guidance, int validation, int batch)
        implements Serializable {
    public MonitorConfig {
        steps = List.copyOf(steps);
        if (pictures < 0 || validation < 0 || batch < 1) {
            throw new IllegalArgumentException(
                    "expected pictures and validation of at least 0 and a batch of at least 1, got " + pictures + ", "
                            + validation + ", " + batch);
        }
        if (steps.isEmpty() || steps.stream().anyMatch(n -> n < 1)) {
            throw new IllegalArgumentException("expected steps of at least 1, got " + steps);
        }
    }

    /** Whether there is nothing to look at. */
    public boolean isOff() {
        return pictures == 0 && validation == 0;
    }
}
