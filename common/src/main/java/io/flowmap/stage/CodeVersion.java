package io.flowmap.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version that the build wrote into the jar: Maven's version and, if built by the launcher, the commit. */
public final class CodeVersion {
    private CodeVersion() {}

    /** For example {@code 0.1.0+329af22}. */
    public static String current() {
        try (var in = CodeVersion.class.getResourceAsStream("version.properties")) {
            var properties = new Properties();
            properties.load(in);
            var commit = properties.getProperty("commit");
            return properties.getProperty("version") + (commit.isEmpty() ? "" : "+" + commit);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read version.properties", e);
        }
    }
}
