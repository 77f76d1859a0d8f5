package io.flowmap.app.doctor;

import io.flowmap.stage.StageInput;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Checks with one short attempt whether a store can be reached with the configured credentials. */
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

    /** Why a path cannot be read, if it cannot. A path that does not exist yet is fine. */
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
