package io.flowmap.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The folder of data sets, set by the system property {@code flowmap.data}. A test that finds no data is skipped. */
public final class TestData {
    private TestData() {}

    /** A path in the folder. If it does not exist, the calling test is skipped with a message. */
    public static Path require(String first, String... more) {
        var path = Path.of(System.getProperty("flowmap.data", "data"))
                .toAbsolutePath()
                .normalize()
                .resolve(Path.of(first, more));
        Assumptions.assumeTrue(Files.exists(path), () -> "no data " + path + ": set -Dflowmap.data");
        return path;
    }
}
