package io.flowmap.checkpoint.pickle;

/** A value whose content is set after its creation (opcode BUILD). */
public interface Buildable {
    /** Sets the content. Throws {@link IllegalArgumentException} if it has an unexpected form. */
    void build(Object state);
}
