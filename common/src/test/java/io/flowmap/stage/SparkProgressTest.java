package io.flowmap.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Spark's listeners and Prometheus receive, over loopback. */
class SparkProgressTest {
    private static final String SINK = "spark.metrics.conf.driver.sink.prometheusServlet.";

    private final List<ProgressEvent> events = new ArrayList<>();
    private SparkSession spark;
    private Progress progress;

    @BeforeEach
    void open() {
        spark = SparkSession.builder()
                .master("local[1]")
                .appName("progress")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.executor.heartbeatInterval", "500ms")
                .config("spark.ui.enabled", true)
                .config("spark.ui.port", 0)
                .config(SINK + "class", "org.apache.spark.metrics.sink.PrometheusServlet")
                .config(SINK + "path", "/metrics/prometheus")
                .getOrCreate();
        spark.sparkContext().addSparkListener(new SparkListener() {
            @Override
            public void onOtherEvent(SparkListenerEvent event) {
                if (event instanceof ProgressEvent told) {
                    events.add(told);
                }
            }
        });
        progress = Progress.told(Progress.log(Clock.systemUTC()), spark.sparkContext(), new Ticking());
    }

    @AfterEach
    void close() {
        spark.stop();
    }

    @Test
    void listenersGetPhasesAndOneCountASecond() throws Exception {
        progress.phase("distill", Map.of("state", "started", "dir", "s3a://key:secret@bucket/run"));
        try (var bar = progress.bar("train", 100, "steps")) {
            for (int i = 0; i < 10; i++) {
                bar.step(10);
                bar.values(Map.of("loss", 0.5 / (i + 1)));
            }
        }
        spark.sparkContext().listenerBus().waitUntilEmpty();
        assertThat(events.get(0))
                .isEqualTo(new ProgressEvent("distill", 0, 0, Map.of("state", "started", "dir", "s3a://bucket/run")));
        assertThat(events.stream().skip(1).map(ProgressEvent::done)).containsExactly(30L, 60L, 90L, 100L);
        assertThat(events.get(4)).isEqualTo(new ProgressEvent("train", 100, 100, Map.of("loss", "0.05000")));
    }

    @Test
    void prometheusReadsCountsValuesAndState() throws Exception {
        progress.phase("distill", Map.of("state", "started"));
        try (var bar = progress.bar("train LeNet", 940, "steps")) {
            bar.step(12);
            bar.values(Map.of("loss", 0.25, "set", "words are no gauges"));
            assertThat(gauge("flowmap_train_LeNet_done")).isEqualTo(12);
            assertThat(gauge("flowmap_train_LeNet_total")).isEqualTo(940);
            assertThat(gauge("flowmap_train_LeNet_loss")).isEqualTo(0.25);
            assertThat(gauge("flowmap_distill_running")).isEqualTo(1);
        }
        progress.phase("distill", Map.of("state", "failed"));
        assertThat(gauge("flowmap_distill_running")).isZero();
        assertThatThrownBy(() -> gauge("flowmap_train_LeNet_set")).hasMessageContaining("no gauge");
    }

    @Test
    void countsOfRunningTasksAreShown() {
        var steps = new ArrayList<Long>();
        var recorded = new Progress() {
            @Override
            public void phase(String name, Map<String, ?> facts) {}

            @Override
            public Bar bar(String name, long total, String unit) {
                return new Bar() {
                    @Override
                    public void step(long n) {
                        steps.add(n);
                    }

                    @Override
                    public void values(Map<String, ?> values) {}

                    @Override
                    public void close() {
                        steps.add(0L);
                    }
                };
            }
        };
        try (var bar = new CountBar(new JobContext(spark, null, recorded, Clock.systemUTC()), "draw", 6, "samples")) {
            var counter = bar.counter();
            JavaSparkContext.fromSparkContext(spark.sparkContext())
                    .parallelize(List.of(1, 2, 3), 1)
                    .foreach(n -> {
                        counter.add(n);
                        Thread.sleep(700);
                    });
        }
        assertThat(steps).hasSizeGreaterThan(3).endsWith(0L);
        assertThat(steps.stream().mapToLong(Long::longValue).sum()).isEqualTo(6);
    }

    private double gauge(String name) throws Exception {
        var url = URI.create("http://127.0.0.1:"
                + URI.create(spark.sparkContext().uiWebUrl().get()).getPort() + "/metrics/prometheus/");
        var body = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        return body.lines()
                .filter(line -> line.contains(name + "_Value{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no gauge " + name + " in " + body));
    }

    /** A clock that advances by 0.4 s on each reading. */
    private static final class Ticking extends Clock {
        private long millis;

        @Override
        public long millis() {
            millis += Duration.ofMillis(400).toMillis();
            return millis;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis());
        }

        @Override
        public java.time.ZoneId getZone() {
            return java.time.ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    }
}
