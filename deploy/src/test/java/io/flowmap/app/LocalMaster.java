package io.flowmap.app;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Gives each test's jobs two local cores as Spark's master, without its web pages. */
final class LocalMaster implements BeforeEachCallback, AfterEachCallback {
    @Override
    public void beforeEach(ExtensionContext context) {
        System.setProperty("spark.master", "local[2]");
        System.setProperty("spark.ui.enabled", "false");
    }

    @Override
    public void afterEach(ExtensionContext context) {
        System.clearProperty("spark.master");
        System.clearProperty("spark.ui.enabled");
    }
}
