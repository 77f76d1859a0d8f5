package io.flowmap.ingest.archive;

import java.io.Serializable;

/**
 * A file of an archive or folder.
 *
 * @param name path inside, with '/' as separator
 * @param size declared size in bytes, -1 if unknown
 */
public record Member(String name, long size, boolean directory) implements Serializable {
    public MemberName parsed() {
        return new MemberName(name);
    }
}
