package io.flowmap.ingest;

import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Provides one local session for all tests, stopped after the last. */
public final class LocalSpark implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == SparkSession.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(LocalSpark.class))
                .getOrComputeIfAbsent(Session.class, key -> new Session(start()), Session.class)
                .spark();
    }

    private static SparkSession start() {
        var spark = SparkSession.builder()
                .master("local[2]")
                .appName("ingest tests")
                .config("spark.ui.enabled", false)
                .config("spark.sql.shuffle.partitions", 3)
                .config("spark.sql.codegen.wholeStage", false)
                .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
                .config("spark.default.parallelism", 2)
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.warehouse.dir", System.getProperty("java.io.tmpdir") + "/flowmap-warehouse")
                .getOrCreate();
        spark.sparkContext().setLogLevel("WARN");
        return spark;
    }

    private record Session(SparkSession spark) implements CloseableResource {
        @Override
        public void close() {
            spark.stop();
        }
    }
}
