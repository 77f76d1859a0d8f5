package io.flowmap.ingest.source;

import io.flowmap.ingest.archive.Member;
import java.io.Serializable;

/**
 * The plan for one file of a zip or folder.
 *
 * @param label class index, or {@link InputRecord#NO_LABEL}
 * @param refusal reason not to read the file, null for an image to read
 */
record PlannedMember(String name, long size, int label, Content.Refused refusal) implements Serializable {
    static PlannedMember image(Member member, int label) {
        return new PlannedMember(member.name(), member.size(), label, null);
    }

    static PlannedMember refused(Member member, Content.Refused refusal) {
        return new PlannedMember(member.name(), 0, InputRecord.NO_LABEL, refusal);
    }
}
