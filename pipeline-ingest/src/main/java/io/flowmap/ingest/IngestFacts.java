package io.flowmap.ingest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.flowmap.data.DataFacts;
import io.flowmap.ingest.judge.Tally;
import io.flowmap.ingest.text.CaptionEncoder;
import java.util.Map;

/**
 * Facts of ingested data.
 *
 * @param data what readers rely on, whose keys stand beside the others
 * @param records of each split by what became of them
 * @param captions how captions are stored, null where there are none
 */
record IngestFacts(
        @JsonUnwrapped DataFacts data,
        Map<String, Tally> records,
        @JsonInclude(JsonInclude.Include.NON_NULL) CaptionEncoder.Facts captions) {}
