package io.flowmap.ingest.source;

import io.flowmap.ingest.archive.MemberName;
import io.flowmap.ingest.archive.MemberStore;
import io.flowmap.ingest.archive.TarMembers;
import io.flowmap.ingest.image.UnreadableRecord;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Groups the members of a tar into samples like WebDataset: a member that is not part of a sample does not end the current one. If the tar
 * is damaged, the rest is lost and reported as one quarantined record with the offset of the damage. Samples before it are kept, except one
 * that the damage may have cut. Memory holds at most one sample, and the keys.
 */
final class ShardStream implements RecordStream {
    private final String source;
    private final TarMembers tar;
    private final Reading reading;
    private final Map<String, Integer> names;
    private final int maxBytes;
    private final Queue<InputRecord> ready = new ArrayDeque<>();
    private final List<InputRecord> besides = new ArrayList<>();
    private final Set<String> keys = new HashSet<>();
    private Sample pending;
    private boolean empty = true;
    private boolean done;

    ShardStream(String source, TarMembers tar, Reading reading) {
        this.source = source;
        this.tar = tar;
        this.reading = reading;
        this.names = reading.names().indices();
        this.maxBytes = reading.limits().maxRecordBytes();
    }

    @Override
    public InputRecord next() {
        while (ready.isEmpty() && !done) {
            try {
                advance();
            } catch (IOException e) {
                breakOff(e.getMessage());
            }
        }
        return ready.poll();
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }

    private void advance() throws IOException {
        var entry = tar.getNextTarEntry();
        if (entry == null) {
            flush();
            if (empty) {
                ready.add(refused("", 0, Content.Refused.filtered("tar without files")));
            }
            done = true;
            return;
        }
        empty = false;
        long position = tar.getBytesRead();
        var name = new MemberName(entry.getName());
        var refusal = refusal(entry, name);
        if (refusal == null) {
            addToSample(entry, name, position);
        } else {
            besides.add(refused(name.path(), position, refusal));
            flushBesides();
        }
    }

    private static Content.Refused refusal(TarArchiveEntry entry, MemberName name) {
        if (name.isUnsafe()) {
            return Content.Refused.quarantined("unsafe path");
        }
        if (entry.isDirectory()) {
            return Content.Refused.filtered("directory");
        }
        if (!isRegular(entry)) {
            return Content.Refused.filtered("not a regular file");
        }
        if (name.isHidden()) {
            return Content.Refused.filtered("hidden file");
        }
        return name.hasExtension() ? null : Content.Refused.filtered("no extension");
    }

    private static boolean isRegular(TarArchiveEntry entry) {
        return switch (entry.getLinkFlag()) {
            case TarConstants.LF_OLDNORM,
                    TarConstants.LF_NORMAL,
                    TarConstants.LF_CONTIG,
                    TarConstants.LF_GNUTYPE_SPARSE -> true;
            default -> false;
        };
    }

    private void addToSample(TarArchiveEntry entry, MemberName name, long position) throws IOException {
        if (pending == null || !pending.key().equals(name.sample())) {
            flush();
            pending = new Sample(name.sample(), position, reading);
        }
        var extension = name.extension();
        if (!reading.wants(extension)) {
            pending.addOther(extension);
            return;
        }
        try {
            if (entry.getRealSize() > maxBytes) {
                throw MemberStore.tooLarge(maxBytes);
            }
            pending.add(extension, MemberStore.bounded(tar, maxBytes), position);
        } catch (UnreadableRecord e) {
            pending.damage(e.getMessage());
        }
    }

    /** Emits the complete sample, then the other members found inside it. */
    private void flush() {
        if (pending != null) {
            ready.add(
                    keys.add(pending.key())
                            ? pending.finish(source, names)
                            : refused(pending.key(), pending.offset(), Content.Refused.quarantined("duplicate key")));
            pending = null;
        }
        flushBesides();
    }

    private void flushBesides() {
        if (pending == null) {
            ready.addAll(besides);
            besides.clear();
        }
    }

    private void breakOff(String reason) {
        var words = reason;
        if (tar.ended()) {
            flush();
            words += "; all files of the tar had been read";
        }
        var lost = pending;
        pending = null;
        flush();
        long at = lost == null ? tar.headerOffset() : lost.offset();
        if (lost != null) {
            words += "; the sample " + lost.key() + " is lost with what follows";
        }
        ready.add(refused("", at, Content.Refused.quarantined(words)));
        done = true;
    }

    private InputRecord refused(String key, long offset, Content.Refused refusal) {
        return InputRecord.refused(source, key, offset, refusal);
    }
}
