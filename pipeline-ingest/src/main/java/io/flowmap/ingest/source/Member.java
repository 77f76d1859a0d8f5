package io.flowmap.ingest.source;

import java.io.Serializable;

/**
 * A file of an archive or folder.
 *
 * @param name path inside, with '/'
 * @param size declared bytes, -1 if unknown
 */
record Member(String name, long size, boolean directory) implements Serializable {
    MemberName parsed() {
        return new MemberName(name);
    }
}
