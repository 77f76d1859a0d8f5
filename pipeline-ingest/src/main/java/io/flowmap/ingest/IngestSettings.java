package io.flowmap.ingest;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonFormat.Feature;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowmap.ingest.image.Framing;
import io.flowmap.ingest.source.Limits;
import io.flowmap.ingest.source.SourceKind;
import java.util.List;

/** The section {@code ingest}; every key is explained in {@code reference.conf}. */
record IngestSettings(
        @JsonFormat(with = Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) List<String> train,
        @JsonFormat(with = Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) List<String> test,
        SourceKind kind,
        String classNames,
        LabelPolicy labels,
        int resolution,
        Framing transform,
        Color color,
        EncoderKind encoder,
        Storage dtype,
        int blockRecords,
        double maxFailureShare,
        int maxRecordBytes,
        long maxPixels,
        int maxClasses,
        Drawings shapes) {
    IngestSettings {
        train = train == null ? List.of() : List.copyOf(train);
        test = test == null ? List.of() : List.copyOf(test);
        if (train.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected ingest.train to name files, folders or embedded:shapes, got nothing");
        }
        if (resolution < 0 || blockRecords < 1) {
            throw new IllegalArgumentException(
                    "expected resolution >= 0 and block-records >= 1, got " + resolution + " and " + blockRecords);
        }
        if (!(maxFailureShare >= 0 && maxFailureShare <= 1)) {
            throw new IllegalArgumentException("expected max-failure-share in 0..1, got " + maxFailureShare);
        }
        new Limits(maxRecordBytes, maxPixels, maxClasses);
    }

    Limits limits() {
        return new Limits(maxRecordBytes, maxPixels, maxClasses);
    }

    /** What to do with an image without a label. */
    enum LabelPolicy {
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

    /** Channels of the output. */
    enum Color {
        /** RGB if any of the first images has colour. */
        @JsonProperty("auto")
        AUTO,
        @JsonProperty("gray")
        GRAY,
        @JsonProperty("rgb")
        RGB
    }

    /** How pixels become latents. */
    enum EncoderKind {
        @JsonProperty("edm2")
        EDM2,
        @JsonProperty("standardised")
        STANDARDISED
    }

    /** How many images of the embedded dataset each split has. */
    record Drawings(int count, int testCount) {
        Drawings {
            if (count < 1 || testCount < 1) {
                throw new IllegalArgumentException("expected positive counts, got " + count + " and " + testCount);
            }
        }
    }
}
