package io.flowmap.ingest.source;

import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;

/** The part of a source that one task reads. The division into portions depends on the source alone. */
public sealed interface Portion extends Serializable permits DrawnPortion, MemberPortion, ShardPortion {
    RecordStream open(Configuration hadoop, Reading reading) throws IOException;
}
