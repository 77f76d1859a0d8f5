package io.flowmap.ingest.source;

import io.flowmap.ingest.image.UnreadableRecord;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * Groups the members of a tar into samples. Damage costs the rest of the archive, as one quarantined record with the
 * offset where it begins; what came before is kept. At most one sample is in memory, and the keys.
 */
final class ShardStream implements RecordStream {
    private static final int RECORD = 512;

    private final String source;
    private final TarMembers tar;
    private final Reading reading;
    private final Map<String, Integer> names;
    private final Limits limits;
    private final Queue<InputRecord> ready = new ArrayDeque<>();
    private final Set<String> keys = new HashSet<>();
    private Sample pending;
    private long position;
    private boolean done;

    ShardStream(String source, TarMembers tar, Reading reading) {
        this.source = source;
        this.tar = tar;
        this.reading = reading;
        this.names = reading.names().indices();
        this.limits = reading.limits();
    }

    @Override
    public InputRecord next() {
        while (ready.isEmpty() && !done) {
            try {
                advance();
            } catch (IOException e) {
                flush();
                end("truncated or damaged tar: " + e.getMessage());
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
            if (tar.ended()) {
                done = true;
            } else {
                end("tar without its end: the rest is missing");
            }
            return;
        }
        position = tar.getBytesRead();
        var name = new MemberName(entry.getName());
        var refusal = refusal(entry, name);
        if (refusal != null) {
            flush();
            ready.add(InputRecord.refused(source, name.path(), position, refusal));
        } else {
            addToSample(entry, name);
        }
        position = (position + entry.getSize() + RECORD - 1) / RECORD * RECORD;
    }

    private static Content.Refused refusal(TarArchiveEntry entry, MemberName name) {
        if (name.isUnsafe()) {
            return Content.Refused.quarantined("unsafe path");
        }
        if (entry.isDirectory()) {
            return Content.Refused.filtered("directory");
        }
        if (!entry.isFile() || entry.isLink() || entry.isSymbolicLink()) {
            return Content.Refused.filtered("no regular file");
        }
        return name.isHidden() ? Content.Refused.filtered("hidden file") : null;
    }

    private void addToSample(TarArchiveEntry entry, MemberName name) throws IOException {
        if (pending == null || !pending.key().equals(name.sample())) {
            flush();
            pending = new Sample(name.sample(), position, reading);
        }
        var extension = name.extension();
        if (!reading.wants(extension)) {
            pending.addOther(extension);
        } else if (entry.getSize() > limits.maxRecordBytes() || !tar.canReadEntryData(entry)) {
            pending.damage(
                    entry.getSize() > limits.maxRecordBytes()
                            ? "more than " + limits.maxRecordBytes() + " bytes"
                            : "sparse file");
        } else {
            pending.add(extension, bytes(), position);
        }
    }

    /** The member's bytes; if the archive ends among them, the sample that they belong to is part of what is lost. */
    private byte[] bytes() throws IOException {
        try {
            return MemberStore.bounded(tar, limits.maxRecordBytes());
        } catch (IOException e) {
            position = pending.offset();
            pending = null;
            throw e;
        } catch (UnreadableRecord e) {
            throw new IllegalStateException("the declared size was checked", e);
        }
    }

    private void flush() {
        if (pending != null) {
            ready.add(
                    keys.add(pending.key())
                            ? pending.finish(source, names)
                            : InputRecord.refused(
                                    source,
                                    pending.key(),
                                    pending.offset(),
                                    Content.Refused.quarantined("duplicate key")));
            pending = null;
        }
    }

    private void end(String reason) {
        ready.add(InputRecord.refused(source, "", position, Content.Refused.quarantined(reason)));
        done = true;
    }
}
