package io.flowmap.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.net.NetUtils;

/**
 * A process that writes to a directory, with the data that other processes need to name it in messages and, on the same machine, to check
 * whether it runs.
 *
 * @param host host name
 * @param pid process id
 * @param machine identifies the scope in which a process id is unique: boot of the kernel, process namespace and user; empty if
 *     unavailable, as outside Linux
 * @param started start time of the process in kernel ticks since boot, because process ids are reused
 * @param application Spark's application id
 */
record Owner(String host, long pid, String machine, String started, String application) {
    private static final Path PROCESSES = Path.of("/proc");
    private static final int STATE = 0;
    private static final int STARTED = 19;

    /** This process. */
    static Owner current(String application) {
        long pid = ProcessHandle.current().pid();
        var host = NetUtils.getHostname().replaceFirst("/.*", "");
        try {
            var machine = Files.readString(PROCESSES.resolve("sys/kernel/random/boot_id"))
                            .strip() + " " + Files.readSymbolicLink(PROCESSES.resolve("self/ns/pid")) + " "
                    + System.getProperty("user.name");
            return new Owner(host, pid, machine, started(pid), application);
        } catch (IOException e) {
            return new Owner(host, pid, "", "", application);
        }
    }

    boolean isSameProcess(Owner other) {
        return host.equals(other.host)
                && pid == other.pid
                && machine.equals(other.machine)
                && started.equals(other.started);
    }

    /** Whether another process can check that this one runs. */
    boolean isNear(Owner other) {
        return !machine.isEmpty() && machine.equals(other.machine);
    }

    /** Whether the process runs. Only valid for processes that are near ({@link #isNear}). */
    boolean isRunning() {
        try {
            return started(pid).equals(started);
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "process " + pid + " on " + host + " (Spark's application " + application + ")";
    }

    /** Start time from {@code /proc/PID/stat}, parsed after the name in parentheses, which may contain blanks. Empty for a zombie. */
    private static String started(long pid) throws IOException {
        var stat = Files.readString(PROCESSES.resolve(pid + "/stat"));
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return fields[STATE].equals("Z") ? "" : fields[STARTED];
    }
}
