package io.flowmap.app.launch;

import io.flowmap.config.Secrets;
import io.flowmap.file.Store;
import io.flowmap.stage.ProcessEnd;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.internal.config.package$;
import org.apache.spark.sql.SparkSession;

/** Starts the Spark session of a command. */
final class Session {
    private static final String REDACTION = "spark.redaction.regex";
    private static final String PLUGINS = "spark.plugins";
    private static final String PAGES = "spark.ui.enabled";
    private static final String PORT = "spark.ui.port";
    private static final int PORTS = 32;
    private static final int MOST_PORT = 65535;
    private static final List<String> OWN_PLUGINS = List.of(ProcessEnd.class.getName(), ExecutorStart.class.getName());

    private Session() {}

    /** @param name description of the command, shown after the application's name in Spark's lists */
    static SparkSession start(SparkConfig settings, String name) {
        var submitted = new SparkConf();
        var all = new LinkedHashMap<String, String>();
        all.putAll(pages(settings, submitted));
        all.putAll(eventLog(settings, submitted));
        settings.conf().forEach((key, value) -> {
            if (!SubmitPlan.isJoined(key) || !submitted.contains(key)) { // already joined with ours by spark-submit
                all.put(key, value);
            }
        });
        all.put(REDACTION, redacted(submitted, settings.conf()));
        all.put(PLUGINS, plugins(submitted, settings.conf()));
        var builder = SparkSession.builder().appName(settings.appName() + " " + Secrets.without(name));
        all.forEach(builder::config);
        var spark = builder.getOrCreate();
        spark.sparkContext().setLogLevel(settings.logLevel());
        return spark;
    }

    /**
     * Puts Spark's web UI on the first free port, or disables it if none is free. Spark would search for a port too, but warns about
     * each one taken.
     */
    private static Map<String, String> pages(SparkConfig settings, SparkConf submitted) {
        if (settings.prometheusPort() > 0) {
            return Map.of(PAGES, "true", PORT, Integer.toString(settings.prometheusPort()));
        }
        if (submitted.contains(PAGES)
                || submitted.contains(PORT)
                || settings.conf().containsKey(PORT)) {
            return Map.of();
        }
        int last = settings.uiPort() == 0 ? 0 : Math.min(settings.uiPort() + PORTS - 1, MOST_PORT);
        for (int port = settings.uiPort(); port > 0 && port <= last; port++) {
            if (isFree(port)) {
                return Map.of(PAGES, "true", PORT, Integer.toString(port));
            }
        }
        return Map.of(PAGES, "false");
    }

    private static boolean isFree(int port) {
        var address = System.getenv("SPARK_LOCAL_IP"); // Spark's address; without it Spark listens on all
        try (var socket = new ServerSocket(port, 1, address == null ? null : InetAddress.getByName(address))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Creates the directory, which Spark requires. Throws {@link Store#failure} if the store fails. */
    private static Map<String, String> eventLog(SparkConfig settings, SparkConf submitted) {
        if (settings.eventLog().isEmpty()) {
            return Map.of();
        }
        var conf = submitted.clone();
        settings.conf().forEach(conf::set); // may contain the store's credentials
        var path = new Path(settings.eventLog());
        try {
            var store = Store.of(SparkHadoopUtil.get().newConfiguration(conf), path);
            store.mkdirs(path);
            return Map.of(
                    "spark.eventLog.enabled",
                    "true",
                    "spark.eventLog.dir",
                    store.makeQualified(path).toString());
        } catch (IOException e) {
            throw Store.failure("cannot write the event log into spark.event-log " + path, e);
        }
    }

    /** Pattern of settings that are hidden in Spark's web UI and event log: Spark's default or the user's pattern, and ours. */
    private static String redacted(SparkConf submitted, Map<String, String> users) {
        return users.getOrDefault(
                        REDACTION,
                        submitted
                                .get(package$.MODULE$.SECRET_REDACTION_PATTERN())
                                .regex()) + "|" + Secrets.REGEX;
    }

    /** The user's plugins, given here or to spark-submit, and ours. */
    private static String plugins(SparkConf submitted, Map<String, String> users) {
        var given = users.getOrDefault(PLUGINS, submitted.get(PLUGINS, ""));
        return (given.isEmpty() ? "" : given + ",") + String.join(",", OWN_PLUGINS);
    }
}
