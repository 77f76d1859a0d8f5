package io.flowmap.ingest.archive;

import io.flowmap.ingest.image.UnreadableRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A zip read by its central directory. Only the file that is being read is in memory. */
final class ZipStore implements MemberStore {
    private static final int HEAD = 32;

    private final HadoopChannel channel;
    private final ZipFile zip;

    ZipStore(FileSystem fileSystem, Path file) throws IOException {
        channel = new HadoopChannel(fileSystem, file);
        try {
            zip = new ZipFile(channel, file.getName(), StandardCharsets.UTF_8.name(), true, true);
        } catch (IOException | IllegalArgumentException e) {
            var reason = unreadable(e);
            channel.close();
            throw new IOException("unreadable zip: " + reason, e);
        }
    }

    @Override
    public List<Member> members() {
        var members = new ArrayList<Member>();
        for (var entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
            members.add(new Member(entry.getName(), entry.getSize(), entry.isDirectory()));
        }
        return members;
    }

    @Override
    public byte[] read(String name, int maxBytes) throws UnreadableRecord {
        var entry = zip.getEntry(name);
        if (entry == null) {
            throw new UnreadableRecord("not in the archive");
        }
        if (entry.getSize() > maxBytes) {
            throw MemberStore.tooLarge(maxBytes);
        }
        if (!zip.canReadEntryData(entry)) {
            throw new UnreadableRecord("encrypted, or compressed by an unsupported method");
        }
        try (var in = zip.getInputStream(entry)) {
            return checked(entry, MemberStore.bounded(in, maxBytes));
        } catch (UncheckedIOException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new UnreadableRecord("cannot unzip: " + e.getMessage());
        }
    }

    @Override
    public InputStream stream(String name) throws IOException {
        return zip.getInputStream(zip.getEntry(name));
    }

    @Override
    public long offset(String name) {
        var entry = zip.getEntry(name);
        return entry == null ? -1 : entry.getDataOffset();
    }

    @Override
    public void close() throws IOException {
        zip.close();
        channel.close();
    }

    /** Describes why a zip cannot be opened. The library reports a missing central directory for any kind of file. */
    private String unreadable(Exception e) throws IOException {
        var head = ByteBuffer.allocate(HEAD);
        channel.position(0);
        channel.read(head);
        var beginning = Arrays.copyOf(head.array(), head.position());
        if (beginning.length == 0) {
            return "empty file";
        }
        boolean zip = beginning.length > 1 && beginning[0] == 'P' && beginning[1] == 'K';
        return zip
                ? "the list of files at its end is missing, it was cut or damaged (" + e.getMessage() + ")"
                : "it begins with " + TarMembers.quoted(beginning);
    }

    private static byte[] checked(ZipArchiveEntry entry, byte[] bytes) throws UnreadableRecord {
        var sum = new CRC32();
        sum.update(bytes);
        if (sum.getValue() != entry.getCrc()) {
            throw new UnreadableRecord("corrupt in the zip: wrong checksum");
        }
        return bytes;
    }
}
