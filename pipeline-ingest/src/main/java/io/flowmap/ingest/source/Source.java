package io.flowmap.ingest.source;

import io.flowmap.ingest.label.ClassNames;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/** One place that records come from, listed but not read. */
public sealed interface Source permits MemberSource, ShapesSource, ShardSource {
    /** Path or name, as in {@link InputRecord#source()}. */
    String name();

    /** Text that changes when the source does: names, sizes, times. */
    String fingerprint();

    /** Whether it is known, without reading it, that nothing is in it. */
    default boolean isEmpty() {
        return false;
    }

    /** Names of the classes, if they are written down beside or inside the source. */
    Optional<ClassNames> classNames() throws IOException;

    /** Names of the class folders, if the source has such. */
    default SortedSet<String> folderClasses() {
        return Collections.emptySortedSet();
    }

    /** The source in parts, one a task, in order. */
    List<Portion> portions(ClassNames names);
}
