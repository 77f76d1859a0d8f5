package io.flowmap.ingest.source;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a source names and labels its records. */
public enum SourceKind {
    /** By what is found there. */
    @JsonProperty("auto")
    AUTO,
    /** Zip or folder of EDM2's {@code dataset_tool}: labels in {@code dataset.json}. */
    @JsonProperty("edm2")
    EDM2,
    /** Zip or folder with a folder for each class. */
    @JsonProperty("folders")
    FOLDERS,
    /** Tar shards of {@code key.jpg} or {@code key.png} with {@code key.cls} or {@code key.json}. */
    @JsonProperty("webdataset")
    WEBDATASET
}
