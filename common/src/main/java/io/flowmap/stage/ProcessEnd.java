package io.flowmap.stage;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.util.SignalUtils;
import org.slf4j.LoggerFactory;

/**
 * The end of a JVM that computes. A JVM ends, even a halted one, by libc's {@code exit}, which runs the destructors of native libraries,
 * and OpenBLAS's waits for threads that may be in a product and never answer. {@code exit} first calls what was registered last: after all
 * shutdown hooks that is libc's own {@code _exit}, which takes the same status and runs no destructors. Executors get it as Spark's plugin.
 */
public final class ProcessEnd implements SparkPlugin {
    /** So long may shutdown hooks take; then the process ends without the rest of them. */
    private static final Duration HOOKS = Duration.ofSeconds(8);

    /** 128 and the signal's number, as shells expect it. */
    private static final Map<String, Integer> STATUS_OF = Map.of("HUP", 129, "INT", 130, "TERM", 143);

    /** C's buffers are written before the end. The last one registered is called first. */
    private static final List<String> LAST_CALLS = List.of("_exit", "fcloseall");

    private static final AtomicBoolean PREPARED = new AtomicBoolean();
    private static final int UNKNOWN = 1;
    private static final AtomicInteger STATUS = new AtomicInteger(UNKNOWN);

    /** Lets this JVM end so, whatever ends it. */
    public static void prepare() {
        if (PREPARED.compareAndSet(false, true)) {
            STATUS_OF.forEach((signal, status) -> SignalUtils.register(signal, () -> {
                STATUS.set(status);
                return false;
            }));
            var register = registration();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(register), "process-end"));
        }
    }

    /** {@link System#exit} with a status that it has even where hooks are cut off. */
    public static void exit(int status) {
        STATUS.compareAndSet(UNKNOWN, status); // a signal's stays
        System.exit(status);
    }

    /** Found now, since a JVM that ends should load no library any more. */
    private static Runnable registration() {
        try {
            var libc = NativeLibrary.getProcess();
            var onExit = libc.getFunction("on_exit");
            var calls = LAST_CALLS.stream().map(libc::getFunction).toList();
            return () -> calls.forEach(call -> register(onExit, call));
        } catch (LinkageError e) {
            LoggerFactory.getLogger(ProcessEnd.class)
                    .warn("a process that is told to end may hang in a native library: {}", e.getMessage());
            return () -> {};
        }
    }

    private static void register(Function onExit, Function call) {
        onExit.invokeInt(new Object[] {call, null});
    }

    private static void end(Runnable register) {
        register.run();
        var cut = new Thread(ProcessEnd::cut, "process-end-cut");
        cut.setDaemon(true);
        cut.start();
    }

    private static void cut() {
        try {
            Thread.sleep(HOOKS.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(STATUS.get());
    }

    @Override
    public DriverPlugin driverPlugin() {
        return null;
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> extraConf) {
                prepare();
            }
        };
    }
}
