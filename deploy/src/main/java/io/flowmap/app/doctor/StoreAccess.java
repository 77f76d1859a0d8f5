package io.flowmap.app.doctor;

import io.flowmap.stage.StageInput;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Whether a store can be reached with the credentials at hand, tried once and not for long. */
final class StoreAccess {
    private static final String MILLISECONDS = "5000";

    private final Configuration impatient;

    StoreAccess(Configuration hadoop) {
        impatient = new Configuration(hadoop);
        impatient.set("fs.s3a.attempts.maximum", "1");
        impatient.set("fs.s3a.retry.limit", "1");
        impatient.set("fs.s3a.connection.establish.timeout", MILLISECONDS);
        impatient.set("fs.s3a.connection.timeout", MILLISECONDS);
        impatient.set("ipc.client.connect.max.retries", "1");
        impatient.set("ipc.client.connect.max.retries.on.timeouts", "1");
    }

    /** What keeps a path from being read, if anything; that nothing is there yet does not. */
    Optional<Finding> of(String text) {
        var path = new Path(text.replaceAll("[*?{\\[].*$", ""));
        try (var fileSystem = FileSystem.newInstance(path.toUri(), impatient)) {
            fileSystem.exists(path);
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            var reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            return Optional.of(Finding.refuse(
                    "expected access to " + StageInput.withoutCredentials(path) + ", got " + reason,
                    "check endpoint, bucket and the credential provider (fs.s3a.aws.credentials.provider)"));
        }
    }
}
