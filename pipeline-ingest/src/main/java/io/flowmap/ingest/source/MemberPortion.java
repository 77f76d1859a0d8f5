package io.flowmap.ingest.source;

import io.flowmap.ingest.archive.Limits;
import io.flowmap.ingest.archive.MemberStore;
import io.flowmap.ingest.image.UnreadableRecord;
import io.flowmap.ingest.label.Annotation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** A run of consecutive files of a zip or folder. */
record MemberPortion(String source, boolean zip, ArrayList<PlannedMember> members) implements Portion {
    private static final int MOST_MEMBERS = 8192;
    private static final long MOST_BYTES = 64 << 20;

    /** Cuts the files into portions of bounded size, preserving the order. */
    static List<Portion> cut(String source, boolean zip, List<PlannedMember> members) {
        var portions = new ArrayList<Portion>();
        int from = 0;
        long bytes = 0;
        for (int i = 0; i < members.size(); i++) {
            bytes += Math.max(members.get(i).size(), 0);
            if (i + 1 == members.size() || i + 1 - from == MOST_MEMBERS || bytes >= MOST_BYTES) {
                portions.add(new MemberPortion(source, zip, new ArrayList<>(members.subList(from, i + 1))));
                from = i + 1;
                bytes = 0;
            }
        }
        return portions;
    }

    @Override
    public RecordStream open(Configuration hadoop, Reading reading) throws IOException {
        boolean readsNothing = members.stream().noneMatch(member -> member.refusal() == null);
        return new Stream(this, reading.limits(), readsNothing ? null : MemberStore.open(hadoop, source, zip));
    }

    private static final class Stream implements RecordStream {
        private final MemberPortion portion;
        private final Limits limits;
        private final MemberStore store;
        private int at;

        Stream(MemberPortion portion, Limits limits, MemberStore store) {
            this.portion = portion;
            this.limits = limits;
            this.store = store;
        }

        @Override
        public InputRecord next() throws IOException {
            if (at == portion.members.size()) {
                return null;
            }
            var member = portion.members.get(at++);
            if (member.refusal() != null) {
                return InputRecord.refused(portion.source, member.name(), -1, member.refusal());
            }
            var content = content(member.name());
            return new InputRecord(
                    portion.source,
                    member.name(),
                    store.offset(member.name()),
                    member.label(),
                    Annotation.NONE,
                    content);
        }

        private Content content(String name) throws IOException {
            try {
                return new Content.Encoded(store.read(name, limits.maxRecordBytes()));
            } catch (UnreadableRecord e) {
                return Content.Refused.quarantined(e.getMessage());
            }
        }

        @Override
        public void close() throws IOException {
            if (store != null) {
                store.close();
            }
        }
    }
}
