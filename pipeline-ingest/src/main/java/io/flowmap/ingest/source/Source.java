package io.flowmap.ingest.source;

import io.flowmap.ingest.label.ClassNames;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/** One place that holds records, listed but not read. */
public sealed interface Source permits DrawnSource, MemberSource, ShardSource {
    /** Path or name, equal to {@link InputRecord#source()}. */
    String name();

    /** Text that changes when the source changes: names, sizes, times. */
    String fingerprint();

    /** Whether the source is known to be empty without reading it. */
    default boolean isEmpty() {
        return false;
    }

    /** Class names, if they are listed next to or inside the source. */
    Optional<ClassNames> classNames() throws IOException;

    /** Names of the class folders, if the source has any. */
    default SortedSet<String> folderClasses() {
        return Collections.emptySortedSet();
    }

    /** Divides the source into portions, one for each task, in order. */
    List<Portion> portions(ClassNames names);
}
