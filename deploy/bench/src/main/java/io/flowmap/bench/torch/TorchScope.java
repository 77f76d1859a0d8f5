package io.flowmap.bench.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * On close, frees every tensor created inside it, except those moved to the enclosing scope. libtorch's memory then lives as long as
 * with Python's reference counts, and never waits for Java's garbage collector.
 */
public final class TorchScope implements AutoCloseable {
    private final PointerScope outer = PointerScope.getInnerScope();
    private final PointerScope inner = new PointerScope();

    /** Keeps a tensor beyond this scope: in the enclosing scope, or without one until the tensor is closed. */
    Tensor keep(Tensor tensor) {
        if (outer == null) {
            return tensor.retainReference();
        }
        outer.attach(tensor);
        return tensor;
    }

    @Override
    public void close() {
        inner.close();
    }
}
