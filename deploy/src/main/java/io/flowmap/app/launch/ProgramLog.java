package io.flowmap.app.launch;

import java.net.URISyntaxException;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * Log settings of the program, a resource in its jar. A JVM with the jar on its class path gets them by an option. An executor that
 * fetches the jar, or the driver of a plain spark-submit, is already logging when it gets here.
 */
public final class ProgramLog {
    /** Name of the resource, which Log4j finds on the class path. */
    static final String RESOURCE = "io/flowmap/app/log4j2.properties";

    private static final String PROPERTY = "log4j2.configurationFile";

    private ProgramLog() {}

    /** Applies the settings to this JVM, unless an option already configures logging. */
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
