package io.flowmap.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PendingFileTest {
    @TempDir
    Path dir;

    @Test
    void aFileAppearsWholeOnCommit() throws IOException {
        var file = dir.resolve("a/block.parquet");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "earlier");
        try (var pending = open(file, 1)) {
            pending.stream().write("later".getBytes());
            pending.stream().flush();
            assertThat(file).hasContent("earlier");
            pending.commit();
        }
        assertThat(file).hasContent("later");
        assertThat(file.getParent()).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void anUncommittedAttemptLeavesNothingAndAttemptsAreIndependent() throws IOException {
        var file = dir.resolve("block.parquet");
        try (var first = open(file, 1);
                var second = open(file, 2)) {
            first.stream().write(1);
            second.stream().write("second".getBytes());
            second.commit();
        }
        assertThat(file).hasContent("second");
        assertThat(dir).isDirectoryNotContaining(path -> !path.equals(file));
    }

    private static PendingFile open(Path file, long attempt) throws IOException {
        var path = new org.apache.hadoop.fs.Path(file.toUri());
        return PendingFile.create(FileSystem.get(path.toUri(), new Configuration()), path, attempt);
    }
}
