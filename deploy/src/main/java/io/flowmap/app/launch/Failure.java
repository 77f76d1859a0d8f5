package io.flowmap.app.launch;

import io.flowmap.config.Secrets;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.parquet.ParquetRuntimeException;

/** Why a command failed: the user's mistake, an outage or a bug, with the exit code of each. */
record Failure(Exception exception) {
    /** Prints it, without credentials, and returns the exit code. */
    int tell(PrintWriter err) {
        var mistake = mistake();
        if (mistake.isPresent()) {
            err.println("flowmap: " + mistake.get());
            return Commands.USER_ERROR;
        }
        var outage = Store.outage(exception);
        if (outage != null) {
            err.println("flowmap: "
                    + Secrets.without(
                            outage.getMessage() + ": " + outage.getCause().getMessage())
                    + " (an outage: the same command may be tried again)");
        }
        var trace = new StringWriter();
        exception.printStackTrace(new PrintWriter(trace));
        err.print(Secrets.without(trace.toString()));
        err.flush();
        return 1;
    }

    /** What the user can mend: a mistake that was found, or a damaged file of a table that Spark read. */
    private Optional<String> mistake() {
        Optional<String> damage = Optional.empty();
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof UserError) {
                return Optional.of(cause.getMessage());
            }
            if (isDamage(cause)) {
                damage = cause.getMessage().lines().findFirst();
            }
        }
        return Store.outage(exception) == null
                ? damage.map(words -> "cannot read a table of the run: damaged: " + words
                        + " (delete the stage that holds it; its command makes it again)")
                : Optional.empty();
    }

    /** Parquet and Hadoop's checksums say it by these alone: a footer's failure is an IOException like any other. */
    private static boolean isDamage(Throwable cause) {
        var words = String.valueOf(cause.getMessage());
        return cause instanceof ChecksumException
                || cause instanceof ParquetRuntimeException
                || words.contains("is not a Parquet file")
                || words.startsWith("can not read class org.apache.parquet.");
    }
}
