package io.flowmap.ingest.judge;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What to do with an image without a label. */
public enum LabelPolicy {
    /** Quarantine it if any image has a label; else the dataset is without labels. */
    @JsonProperty("auto")
    AUTO,
    /** Quarantine it. */
    @JsonProperty("required")
    REQUIRED,
    /** Keep it, with label -1. */
    @JsonProperty("optional")
    OPTIONAL
}
