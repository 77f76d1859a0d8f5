package io.flowmap.ingest.archive;

import io.flowmap.file.Store;
import io.flowmap.ingest.image.UnreadableRecord;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A zip or a folder: a set of files by name. */
public sealed interface MemberStore extends Closeable permits FolderStore, ZipStore {
    /** All files and directories inside, in the order that is fastest to read. */
    List<Member> members() throws IOException;

    /** Opens a metadata file of the user, without a size limit. Damaged bytes are an {@link IOException} on reading. */
    InputStream stream(String name) throws IOException;

    /** Reads a file. Throws {@link UnreadableRecord} if it is larger than {@code maxBytes} or damaged. */
    byte[] read(String name, int maxBytes) throws IOException, UnreadableRecord;

    /** Offset of the first byte of a file that has been read, -1 if unknown. */
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
