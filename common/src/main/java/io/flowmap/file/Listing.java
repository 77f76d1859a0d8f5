package io.flowmap.file;

import java.io.IOException;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Lists the files of folders. */
public final class Listing {
    private Listing() {}

    /**
     * Passes on every file of a folder, in any order. Object stores are listed page by page, without a request for each folder. On local
     * disks Hadoop's {@code listFiles} would start a process for each file, which asks for its permissions: 4 ms a file.
     *
     * @param below whether files in folders below it count too
     */
    public static void of(FileSystem fileSystem, Path folder, boolean below, Consumer<FileStatus> each)
            throws IOException {
        if (AtomicFile.raw(fileSystem) instanceof RawLocalFileSystem) {
            for (var child : fileSystem.listStatus(folder)) {
                if (child.isFile()) {
                    each.accept(child);
                } else if (below && child.isDirectory()) {
                    of(fileSystem, child.getPath(), true, each);
                }
            }
            return;
        }
        var files = fileSystem.listFiles(folder, below);
        while (files.hasNext()) {
            each.accept(files.next());
        }
    }
}
