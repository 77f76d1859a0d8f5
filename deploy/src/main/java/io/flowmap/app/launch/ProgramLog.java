package io.flowmap.app.launch;

import java.net.URISyntaxException;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * How the program logs, as a resource of its jar. A JVM that has the jar on its class path is told so by an option; an executor that
 * fetches it, or the driver of a plain spark-submit, has begun to log before.
 */
public final class ProgramLog {
    /** For Log4j, which looks on the class path. */
    static final String RESOURCE = "io/flowmap/app/log4j2.properties";

    private static final String PROPERTY = "log4j2.configurationFile";

    private ProgramLog() {}

    /** Lets this JVM log so, unless it was told how. */
    public static void configure() {
        if (System.getProperty(PROPERTY) == null) {
            try {
                Configurator.reconfigure(
                        ProgramLog.class.getClassLoader().getResource(RESOURCE).toURI());
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
