package io.flowmap.checkpoint.pickle;

import java.io.IOException;
import java.util.List;

/** The handler of a Python global: builds a plain value from the arguments of a call. */
@FunctionalInterface
public interface Global {
    /** Builds the value. Throws {@link IllegalArgumentException} for unsupported arguments. */
    Object call(List<Object> arguments) throws IOException;

    /**
     * A mention of a global in a pickle.
     *
     * @param name module and name, such as "torch._utils._rebuild_tensor_v2"
     * @param global handler of the global
     */
    record Reference(String name, Global global) {}
}
