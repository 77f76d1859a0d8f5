package io.flowmap.stage;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkContext;

/**
 * Shows progress and reports it to Spark: a {@link ProgressEvent} for every phase and, once a second, for every count; a gauge {@code
 * flowmap.<name>.<value>} for every number; and {@code flowmap.<command>.running}, 1 or 0.
 */
final class SparkProgress implements Progress {
    private static final long EVERY_MILLIS = 1000;

    private final Progress shown;
    private final SparkContext spark;
    private final Clock clock;
    private final ProgressGauges gauges = new ProgressGauges();

    SparkProgress(Progress shown, SparkContext spark, Clock clock) {
        this.shown = shown;
        this.spark = spark;
        this.clock = clock;
        spark.env().metricsSystem().registerSource(gauges);
    }

    @Override
    public void phase(String name, Map<String, ?> facts) {
        shown.phase(name, facts);
        gauges.set(name, facts);
        if (facts.containsKey("state")) {
            gauges.set(name + ".running", facts.get("state").equals("started") ? 1 : 0);
        }
        post(name, 0, 0, facts);
    }

    @Override
    public void begin(String stage, int number, int count) {
        shown.begin(stage, number, count);
    }

    @Override
    public Bar bar(String name, long total, String unit) {
        return new ToldBar(name, total, shown.bar(name, total, unit));
    }

    @Override
    public void goesOn(String from) {
        shown.goesOn(from);
    }

    private void post(String name, long done, long total, Map<String, ?> values) {
        var words = new HashMap<String, String>();
        values.forEach((key, value) -> words.put(key, LogProgress.word(value)));
        spark.listenerBus().post(new ProgressEvent(name, done, total, words));
    }

    private final class ToldBar implements Bar {
        private final String name;
        private final long total;
        private final Bar bar;
        private long told = clock.millis();
        private long done;
        private Map<String, ?> values = Map.of();

        ToldBar(String name, long total, Bar bar) {
            this.name = name;
            this.total = total;
            this.bar = bar;
            gauges.set(name + ".total", total);
            gauges.set(name + ".done", 0);
        }

        @Override
        public void step(long n) {
            bar.step(n);
            done += n;
            gauges.set(name + ".done", done);
            long now = clock.millis();
            if (now - told >= EVERY_MILLIS) {
                told = now;
                post(name, done, total, values);
            }
        }

        @Override
        public void values(Map<String, ?> values) {
            bar.values(values);
            this.values = values;
            gauges.set(name, values);
        }

        @Override
        public void close() {
            bar.close();
            post(name, done, total, values);
        }
    }
}
