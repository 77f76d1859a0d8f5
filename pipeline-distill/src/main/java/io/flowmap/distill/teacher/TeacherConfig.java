package io.flowmap.distill.teacher;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * How stored networks make a teacher; reference.conf documents every key.
 *
 * @param stage finished stage of the run that holds them
 * @param guidance what the guidance weight acts on
 * @param interval times at which it acts
 */
public record TeacherConfig(String stage, Guidance guidance, Interval interval) implements Serializable {
    /** What a guidance weight extrapolates from. */
    public enum Guidance {
        /** Nothing: v(x, t, class). */
        @JsonProperty("plain")
        PLAIN,
        /** The weak model. */
        @JsonProperty("autoguidance")
        AUTOGUIDANCE,
        /** The teacher without its class. */
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
