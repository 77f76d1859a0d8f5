package io.flowmap.checkpoint.pickle;

import java.io.IOException;
import java.util.List;

/** What a listed global of Python does here with its arguments: builds a plain value. */
@FunctionalInterface
public interface Global {
    /** The value. Throws {@link IllegalArgumentException} for arguments that it does not take. */
    Object call(List<Object> arguments) throws IOException;

    /**
     * A global as a pickle mentions it.
     *
     * @param name module and name, "torch._utils._rebuild_tensor_v2"
     * @param global what it does
     */
    record Reference(String name, Global global) {}
}
