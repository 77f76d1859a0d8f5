package io.flowmap.bench.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Frees every tensor made inside it on close, but those handed to the scope around it: libtorch's memory lives exactly
 * as long as it would under Python's reference counts, and never waits for Java's collector.
 */
public final class TorchScope implements AutoCloseable {
    private final PointerScope outer = PointerScope.getInnerScope();
    private final PointerScope inner = new PointerScope();

    /** Keeps a tensor beyond this scope: in the scope around it, or until it is closed where there is none. */
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
