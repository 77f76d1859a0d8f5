package io.flowmap.bench.torch;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/** Starts libtorch in this JVM. */
public final class TorchRuntime {
    private static final String LIBRARIES = "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/";

    private TorchRuntime() {}

    /**
     * Loads the bundled libtorch and sets its number of threads; call it before any other use of libtorch. The libraries are unpacked
     * first. Otherwise JavaCPP, which loads libraries while unpacking, would load one that is not unpacked yet from the system: a
     * Python installation's libtorch of another version, which crashes.
     */
    public static void start(int threads) {
        try {
            for (String name : new String[] {"c10", "torch_cpu", "torch"}) {
                Loader.cacheResource(torch.class, LIBRARIES + "lib" + name + ".so");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        torch.set_num_threads(threads);
    }
}
