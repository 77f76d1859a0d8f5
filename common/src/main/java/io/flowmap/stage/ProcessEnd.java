package io.flowmap.stage;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.util.SignalUtils;
import org.slf4j.LoggerFactory;

/**
 * Ends a JVM reliably while native code computes. A JVM ends, even a halted one, through libc's {@code exit}, which runs the destructors of
 * native libraries. OpenBLAS's destructor waits for threads that may be inside a matrix product and never answer. {@code exit} first calls
 * the function registered last, after all shutdown hooks. Here that is libc's {@code _exit}, which takes the same status and runs no
 * destructors. Executors install it as a Spark plugin.
 */
public final class ProcessEnd implements StartPlugin {
    /** Time limit for shutdown hooks. After it the process ends without waiting for the remaining ones. */
    private static final Duration HOOKS = Duration.ofSeconds(8);

    /** 128 plus the signal's number, the convention of shells. */
    private static final Map<String, Integer> STATUS_OF = Map.of("HUP", 129, "INT", 130, "TERM", 143);

    /** Functions to register; the last one is called first. {@code fcloseall} writes C's buffers. */
    private static final List<String> LAST_CALLS = List.of("_exit", "fcloseall");

    private static final AtomicBoolean PREPARED = new AtomicBoolean();
    private static final int UNKNOWN = 1;
    private static final AtomicInteger STATUS = new AtomicInteger(UNKNOWN);

    /** Prepares this JVM so that it ends in this way, whatever ends it. */
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

    /** Like {@link System#exit}, but keeps the status even if the hooks are cut off. */
    public static void exit(int status) {
        STATUS.compareAndSet(UNKNOWN, status); // the status of a signal takes precedence
        System.exit(status);
    }

    /** Resolves the native functions in advance, because a JVM that is ending should load no libraries. */
    private static Runnable registration() {
        try {
            var libc = NativeLibrary.getProcess();
            var onExit = libc.getFunction("on_exit");
            var calls = LAST_CALLS.stream().map(libc::getFunction).toList();
            return () -> calls.forEach(call -> register(onExit, call));
        } catch (LinkageError e) {
            LoggerFactory.getLogger(ProcessEnd.class)
                    .warn("this process may hang in a native library when it ends: {}", e.getMessage());
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
    public void start(PluginContext context) {
        prepare();
    }
}
