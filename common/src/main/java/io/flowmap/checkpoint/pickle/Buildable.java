package io.flowmap.checkpoint.pickle;

/** A value whose content follows its creation (opcode BUILD). */
public interface Buildable {
    /** Takes the content. Throws {@link IllegalArgumentException} if it is of another form. */
    void build(Object state);
}
