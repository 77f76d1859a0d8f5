package io.flowmap.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.config.UserError;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.Test;

/** Exceptions of file systems, classified as user mistakes or outages. */
class StoreFailureTest {
    @Test
    void missingAndForbiddenFilesAreUserErrors() {
        var mistakes = Map.of(
                new FileNotFoundException("File file:/a does not exist"), "no such file",
                new NoSuchFileException("/a"), "no such file",
                new FileNotFoundException("/a (Permission denied)"), "permission denied",
                new FileNotFoundException("/a (Is a directory)"), "is a directory",
                new IOException("/a: Read-only file system"), "read-only file system",
                new AccessControlException("Permission denied: user=me"), "permission denied",
                new AccessDeniedException("s3a://b/a"), "s3a://b/a",
                new ParentNotDirectoryException("/a is a file"), "/a is a file",
                new UnsupportedFileSystemException("No FileSystem for scheme \"x\""), "No FileSystem for scheme \"x\"");
        mistakes.forEach((thrown, words) -> assertThat(Store.failure("cannot read a", thrown))
                .isInstanceOf(UserError.class)
                .hasMessage("cannot read a: " + words)
                .hasCause(thrown));
    }

    /** Java reports these as a file that is not found. */
    @Test
    void exhaustedResourcesAreOutages() {
        var outages = List.of(
                new FileNotFoundException("/a (Too many open files)"),
                new FileNotFoundException("/a (Too many open files in system)"),
                new FileNotFoundException("/a (No space left on device)"),
                new FileNotFoundException("/a (Input/output error)"),
                new IOException("Connection reset"),
                new IOException("No space left on device"));
        for (var thrown : outages) {
            assertThat(Store.failure("cannot read a", thrown))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("cannot read a")
                    .hasCause(thrown);
        }
    }
}
