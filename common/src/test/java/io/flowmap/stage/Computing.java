package io.flowmap.stage;

import com.sun.jna.NativeLibrary;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.impl.layers.convolution.Conv2D;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A process that computes forever on two Java threads or on those of an executor. Arguments: {@code product|convolution|executor
 * signal|hang|STATUS}.
 */
final class Computing {
    static final String READY = "computing";
    static final String BUFFERED = "in a buffer of C's";

    private static final int SIDE = 2000;

    private Computing() {}

    public static void main(String[] arguments) {
        ProcessEnd.prepare();
        if (arguments[0].equals("executor")) {
            multiplyOnAnExecutor();
        }
        var work = work(arguments[0]);
        work.run();
        for (int i = 0; i < 2; i++) {
            new Thread(() -> repeat(work)).start();
        }
        NativeLibrary.getProcess().getFunction("printf").invokeInt(new Object[] {BUFFERED});
        System.out.println(READY);
        if (arguments[1].equals("hang")) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> repeat(() -> {})));
        } else if (!arguments[1].equals("signal")) {
            work.run();
            ProcessEnd.exit(Integer.parseInt(arguments[1]));
        }
    }

    private static void multiplyOnAnExecutor() {
        var spark = SparkSession.builder()
                .master("local-cluster[1,2,1024]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executorEnv.OMP_NUM_THREADS", "2")
                .config("spark.plugins", ProcessEnd.class.getName())
                .getOrCreate();
        var tasks = JavaSparkContext.fromSparkContext(spark.sparkContext()).parallelize(List.of(1, 2), 2);
        tasks.foreach(task -> work("product").run());
        System.out.println(READY);
        tasks.foreach(task -> repeat(work("product")));
    }

    /** Work in native code: OpenBLAS multiplies doubles, oneDNN convolves floats. */
    private static Runnable work(String name) {
        if (name.equals("product")) {
            var x = Nd4j.rand(DataType.DOUBLE, SIDE, SIDE);
            return () -> Nd4j.gemm(x, x, false, false).close();
        }
        var x = Nd4j.rand(DataType.FLOAT, 16, 64, 64, 32);
        var weights = Nd4j.rand(DataType.FLOAT, 3, 3, 32, 32);
        var config = Conv2DConfig.builder()
                .kH(3)
                .kW(3)
                .pH(1)
                .pW(1)
                .dataFormat("NHWC")
                .build();
        return () -> Nd4j.exec(new Conv2D(x, weights, null, null, config))[0].close();
    }

    private static void repeat(Runnable work) {
        while (true) {
            work.run();
        }
    }
}
