package io.flowmap.app.launch;

import io.flowmap.config.Secrets;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.parquet.ParquetRuntimeException;

/** The reason of a failed command: a user's mistake, an outage or a bug, with its exit code. */
record Failure(Exception exception) {
    /** Prints the reason without credentials and returns the exit code. */
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

    /** A mistake that the user can mend: one found by a check, or a damaged table file that Spark read. */
    private Optional<String> mistake() {
        var mistake = UserError.in(exception).map(UserError::getMessage);
        if (mistake.isPresent()) {
            return mistake;
        }
        Optional<String> damage = Optional.empty();
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (isDamage(cause)) {
                damage = cause.getMessage().lines().findFirst();
            }
        }
        return Store.outage(exception) == null
                ? damage.map(words -> "cannot read a table of the run: it is damaged: " + words
                        + " (delete the stage that holds it and run its command again)")
                : Optional.empty();
    }

    /** Parquet's and Hadoop's errors about damaged files can only be recognised by their messages; the exception is a plain IOException. */
    private static boolean isDamage(Throwable cause) {
        var words = String.valueOf(cause.getMessage());
        return cause instanceof ChecksumException
                || cause instanceof ParquetRuntimeException
                || words.contains("is not a Parquet file")
                || words.startsWith("can not read class org.apache.parquet.");
    }
}
