package io.flowmap.ingest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.flowmap.data.DataFacts;
import io.flowmap.ingest.judge.Tally;
import io.flowmap.text.CaptionEncoder;
import java.util.Map;

/**
 * Facts of ingested data.
 *
 * @param data facts that readers rely on; their keys are on the same level as the others
 * @param records number of records of each split, by verdict
 * @param captions how captions are stored, null where there are none
 */
record IngestFacts(
        @JsonUnwrapped DataFacts data,
        Map<String, Tally> records,
        @JsonInclude(JsonInclude.Include.NON_NULL) CaptionEncoder.Facts captions) {}
