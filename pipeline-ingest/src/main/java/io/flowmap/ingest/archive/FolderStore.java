package io.flowmap.ingest.archive;

import io.flowmap.file.Listing;
import io.flowmap.file.Store;
import io.flowmap.ingest.image.UnreadableRecord;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/** The files below a folder on any Hadoop file system, by name. */
final class FolderStore implements MemberStore {
    private final FileSystem fileSystem;
    private final Path folder;

    FolderStore(FileSystem fileSystem, Path folder) {
        this.fileSystem = fileSystem;
        this.folder = fileSystem.makeQualified(folder);
    }

    @Override
    public List<Member> members() throws IOException {
        int skipped = folder.toUri().getPath().length() + 1;
        var members = new ArrayList<Member>();
        Listing.of(
                fileSystem,
                folder,
                true,
                file -> members.add(
                        new Member(file.getPath().toUri().getPath().substring(skipped), file.getLen(), false)));
        members.sort(Comparator.comparing(Member::name));
        return members;
    }

    @Override
    public byte[] read(String name, int maxBytes) throws IOException, UnreadableRecord {
        try (var in = fileSystem.open(path(name))) {
            return MemberStore.bounded(in, maxBytes);
        } catch (FileNotFoundException | AccessControlException e) {
            throw new UnreadableRecord("cannot open: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            // Hadoop's local file system cannot name the checksum file of a name with a colon
            throw new UnreadableRecord("name that Hadoop cannot open");
        }
    }

    @Override
    public InputStream stream(String name) {
        return Store.open(fileSystem, path(name));
    }

    private Path path(String name) {
        return new Path(folder, new Path(null, null, name));
    }

    @Override
    public long offset(String name) {
        return 0;
    }

    @Override
    public void close() {}
}
