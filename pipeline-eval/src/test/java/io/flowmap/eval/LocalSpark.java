package io.flowmap.eval;

import org.apache.spark.sql.SparkSession;

/** A local session for a test. */
public final class LocalSpark {
    private LocalSpark() {}

    public static SparkSession start(int threads) {
        return SparkSession.builder()
                .master("local[" + threads + "]")
                .config("spark.ui.enabled", false)
                .config("spark.sql.shuffle.partitions", 3)
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate();
    }
}
