package io.flowmap.ingest.source;

import io.flowmap.ingest.label.ClassNames;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;

/** A WebDataset shard: one tar, one portion. */
record ShardSource(FileStatus file, Optional<ClassNames> classNames) implements Source {
    @Override
    public String name() {
        return file.getPath().toString();
    }

    @Override
    public String fingerprint() {
        return Sources.fingerprint(file);
    }

    @Override
    public List<Portion> portions(ClassNames names) {
        return List.of(new ShardPortion(name()));
    }
}
