package io.flowmap.app.launch;

import io.flowmap.config.Secrets;
import io.flowmap.stage.ProcessEnd;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.internal.config.package$;
import org.apache.spark.sql.SparkSession;

/** Spark's session of a command. */
final class Session {
    private static final String JAVA_OPTIONS = ".extraJavaOptions";
    private static final String REDACTION = "spark.redaction.regex";
    private static final String PLUGINS = "spark.plugins";

    private Session() {}

    static SparkSession start(SparkConfig settings) {
        var builder = SparkSession.builder().appName(settings.appName());
        var submitted = new SparkConf();
        settings.conf().forEach((key, value) -> {
            if (!key.endsWith(JAVA_OPTIONS) || !submitted.contains(key)) { // spark-submit has the user's beside ours
                builder.config(key, value);
            }
        });
        builder.config(REDACTION, redacted(submitted, settings.conf()));
        builder.config(PLUGINS, plugins(submitted, settings.conf()));
        var spark = builder.getOrCreate();
        spark.sparkContext().setLogLevel(settings.logLevel());
        return spark;
    }

    /** What Spark hides on its pages and in its event log: what it does by itself or was told to, and all that we do. */
    private static String redacted(SparkConf submitted, Map<String, String> users) {
        return users.getOrDefault(
                        REDACTION,
                        submitted
                                .get(package$.MODULE$.SECRET_REDACTION_PATTERN())
                                .regex()) + "|" + Secrets.REGEX;
    }

    /** The user's, whether given here or to spark-submit, and ours. */
    private static String plugins(SparkConf submitted, Map<String, String> users) {
        var given = users.getOrDefault(PLUGINS, submitted.get(PLUGINS, ""));
        return given.isEmpty() ? ProcessEnd.class.getName() : given + "," + ProcessEnd.class.getName();
    }
}
