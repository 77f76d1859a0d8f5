package io.flowmap.distill.teacher;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * How a teacher is built from stored networks; reference.conf documents every key.
 *
 * @param stage finished stage of the run that holds the networks
 * @param guidance kind of guidance
 * @param interval times at which guidance is applied
 */
public record TeacherConfig(String stage, Guidance guidance, Interval interval) implements Serializable {
    /** What a guidance weight extrapolates from. */
    public enum Guidance {
        /** No guidance: v(x, t, class). */
        @JsonProperty("plain")
        PLAIN,
        /** From the weak model (autoguidance). */
        @JsonProperty("autoguidance")
        AUTOGUIDANCE,
        /** From the teacher without its class (classifier-free guidance). */
        @JsonProperty("cfg")
        CFG
    }

    /** Times in [min, max] within [0, 1]. */
    public record Interval(double min, double max) implements Serializable {
        public Interval {
            if (!(0 <= min && min <= max && max <= 1)) {
                throw new IllegalArgumentException("expected 0 <= min <= max <= 1, got " + min + ", " + max);
            }
        }

        boolean isAllTimes() {
            return min == 0 && max == 1;
        }
    }
}
