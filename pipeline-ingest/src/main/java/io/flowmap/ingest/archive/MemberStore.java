package io.flowmap.ingest.archive;

import io.flowmap.file.Store;
import io.flowmap.ingest.image.UnreadableRecord;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A zip or a folder: files found by name. */
public sealed interface MemberStore extends Closeable permits FolderStore, ZipStore {
    /** Every file and directory inside, in the order in which they are best read. */
    List<Member> members() throws IOException;

    /** A file of the user's own, unbounded. Reading it fails by an {@link IOException} where its bytes are damaged. */
    InputStream stream(String name) throws IOException;

    /**
     * The bytes of a file. Throws {@link UnreadableRecord} if there are more than {@code maxBytes} or they are damaged.
     */
    byte[] read(String name, int maxBytes) throws IOException, UnreadableRecord;

    /** Where the bytes of a file that was read begin, -1 if unknown. */
    long offset(String name);

    /** Opens a zip or a folder. */
    static MemberStore open(Configuration hadoop, String path, boolean zip) throws IOException {
        var location = new Path(path);
        var fileSystem = Store.of(hadoop, location);
        return zip ? new ZipStore(fileSystem, location) : new FolderStore(fileSystem, location);
    }

    static byte[] bounded(InputStream in, int maxBytes) throws IOException, UnreadableRecord {
        byte[] bytes = in.readNBytes(maxBytes);
        if (bytes.length == maxBytes && in.read() >= 0) {
            throw tooLarge(maxBytes);
        }
        return bytes;
    }

    static UnreadableRecord tooLarge(int maxBytes) {
        return new UnreadableRecord("more than " + maxBytes + " bytes");
    }
}
