package io.flowmap.app;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Runs each test's jobs on Spark's master local[2], without the web UI. */
public final class LocalMaster implements BeforeEachCallback, AfterEachCallback {
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
