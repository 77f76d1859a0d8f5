package io.flowmap.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.RemoteIterator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListingTest {
    @TempDir
    Path dir;

    private static final class Disk extends RawLocalFileSystem {
        @Override
        public RemoteIterator<LocatedFileStatus> listLocatedStatus(org.apache.hadoop.fs.Path folder) {
            throw new IllegalStateException("expected no listing that starts a process for each file");
        }
    }

    @BeforeEach
    void fill() throws IOException {
        Files.createDirectories(dir.resolve("cat/young"));
        for (var name : new String[] {"a.png", "cat/b.png", "cat/young/c.png"}) {
            Files.writeString(dir.resolve(name), "x".repeat(name.length()));
        }
    }

    @Test
    void aLocalFolderIsListedWithoutAProcessForEachFile() throws IOException {
        var disk = new Disk();
        disk.initialize(URI.create("file:///"), new Configuration());
        assertThat(names(disk, true)).containsExactly("a.png 5", "b.png 9", "c.png 15");
        assertThat(names(disk, false)).containsExactly("a.png 5");
    }

    @Test
    void anotherFileSystemIsListedAlike() throws IOException {
        var remote = new FilterFileSystem(new RawLocalFileSystem());
        remote.initialize(URI.create("file:///"), new Configuration());
        assertThat(names(remote, true)).containsExactly("a.png 5", "b.png 9", "c.png 15");
        assertThat(names(remote, false)).containsExactly("a.png 5");
    }

    private SortedSet<String> names(FileSystem fileSystem, boolean below) throws IOException {
        var names = new TreeSet<String>();
        var folder = new org.apache.hadoop.fs.Path(dir.toUri());
        Listing.of(fileSystem, folder, below, file -> names.add(file.getPath().getName() + " " + file.getLen()));
        return names;
    }
}
