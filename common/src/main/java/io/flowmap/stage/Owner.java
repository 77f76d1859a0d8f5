package io.flowmap.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.net.NetUtils;

/**
 * A process that writes into a directory, as others may tell of it and, on its machine, look for it.
 *
 * @param host name of its machine
 * @param pid its number there
 * @param machine boot of the kernel, namespace of processes and user, within which a number stands for one process; empty where the
 *     system does not tell, as outside Linux
 * @param started when the kernel started it, in ticks since its boot, since numbers are used again
 * @param application Spark's id
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

    /** Whether it can be looked for from another process's place. */
    boolean isNear(Owner other) {
        return !machine.isEmpty() && machine.equals(other.machine);
    }

    /** Whether it runs, for one who is near. */
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

    /** From the fields after the name in parentheses, which may itself hold blanks; a process that was killed but not fetched is none. */
    private static String started(long pid) throws IOException {
        var stat = Files.readString(PROCESSES.resolve(pid + "/stat"));
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return fields[STATE].equals("Z") ? "" : fields[STARTED];
    }
}
