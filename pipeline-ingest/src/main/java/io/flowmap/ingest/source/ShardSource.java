package io.flowmap.ingest.source;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A WebDataset shard: one tar, one portion. */
record ShardSource(FileSystem fileSystem, FileStatus file) implements Source {
    @Override
    public String name() {
        return file.getPath().toString();
    }

    @Override
    public String fingerprint() {
        return Sources.fingerprint(file);
    }

    @Override
    public Optional<ClassNames> classNames() throws IOException {
        var beside = new Path(file.getPath().getParent(), ClassNames.FILE);
        return fileSystem.exists(beside) ? Optional.of(ClassNames.read(fileSystem, beside)) : Optional.empty();
    }

    @Override
    public List<Portion> portions(ClassNames names, Limits limits) {
        return List.of(new ShardPortion(name(), names, limits));
    }
}
