package io.flowmap.ingest.source;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How records are named and labelled in a source. */
public enum SourceKind {
    /** Detected from the content. */
    @JsonProperty("auto")
    AUTO,
    /** Zip or folder in the form of EDM2's {@code dataset_tool}: labels in {@code dataset.json}. */
    @JsonProperty("edm2")
    EDM2,
    /** Zip or folder with a folder for each class. */
    @JsonProperty("folders")
    FOLDERS,
    /** Tar shards of {@code key.jpg} or {@code key.png} with {@code key.cls} or {@code key.json}. */
    @JsonProperty("webdataset")
    WEBDATASET
}
