package io.flowmap.tensor;

import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.Loader;
import org.nd4j.nativeblas.NativeOpsHolder;

/** The native arithmetic library of this JVM. Another library, or another number of threads, rounds differently. */
public final class NativeLibrary {
    private NativeLibrary() {}

    /**
     * Archive from which the library was unpacked (or its file) and number of threads, as in "nd4j-native-1.0-linux-x86_64-avx2.jar, 1
     * threads".
     */
    public static String description() {
        var operations = NativeOpsHolder.getInstance().getDeviceNativeOps();
        var file = Path.of(Loader.load(operations.getClass()));
        var archive = StreamSupport.stream(file.spliterator(), false)
                .map(Path::toString)
                .filter(part -> part.endsWith(".jar"))
                .findFirst();
        return archive.orElseGet(() -> file.getFileName().toString()) + ", " + operations.ompGetMaxThreads()
                + " threads";
    }
}
