package io.flowmap.ingest;

import static io.flowmap.ingest.IngestRun.sources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.codec.PixelDecoder;
import io.flowmap.config.UserError;
import io.flowmap.data.CodedLatents;
import io.flowmap.ingest.image.Framing;
import io.flowmap.ingest.image.ImageDecoder;
import io.flowmap.ingest.image.PixelImage;
import io.flowmap.ingest.source.Archives;
import io.flowmap.testing.TestData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class LatentDatasetTest {
    private static final double[] MEAN = {5.81, 3.25, 0.12, -2.15};
    private static final double[] DEVIATION = {4.17, 4.62, 3.71, 3.28};
    private static final int AREA = 6;

    @TempDir
    Path dir;

    @Test
    void meansAndStdsGiveMeansOrDraws(SparkSession spark) {
        var zip = Archives.zip(dir.resolve("latents.zip"), dataset(200, 8));
        var settings = new String[] {
            sources("train", zip),
            "ingest.encoder=latents",
            "ingest.codec.mean=[5.81, 3.25, 0.12, -2.15]",
            "ingest.codec.deviation=[4.17, 4.62, 3.71, 3.28]",
            "ingest.max-failure-share=0.05"
        };
        var means = run(spark, "means", with(settings, "ingest.codec.sampled=false"));
        var drawn = run(spark, "drawn", settings);
        assertThat(means.data("train").shape()).hasToString("LatentShape[channels=4, height=2, width=3]");
        assertThat(means.ledger("status <> 'kept'"))
                .extracting(row -> row.getAs("key") + ": " + row.getAs("reason"))
                .containsExactly(
                        "00000/shape.npy: latent of LatentShape[channels=4, height=2, width=3], expected "
                                + "LatentShape[channels=8, height=2, width=3]",
                        "00000/nan.npy: latent with NaN");
        double sum = 0;
        double squares = 0;
        var rows = means.ledger("status = 'kept'");
        assertThat(rows).hasSize(200);
        for (var row : rows) {
            String key = row.getAs("key");
            int number = Integer.parseInt(key.substring(key.length() - 12, key.length() - 4));
            int index = Math.toIntExact(row.<Long>getAs("index"));
            var mean = means.blocks("train").get(0).latent(index);
            var draw = drawn.blocks("train").get(0).latent(index);
            assertThat(row.<Integer>getAs("label")).isEqualTo(number % 7);
            for (int i = 0; i < mean.length; i++) {
                double scale = 0.5 / DEVIATION[i / AREA];
                assertThat((double) mean[i]).isCloseTo((value(number, i) - MEAN[i / AREA]) * scale, within(1e-5));
                double eps = (draw[i] - mean[i]) / scale / value(number, mean.length + i);
                sum += eps;
                squares += eps * eps;
            }
        }
        int count = 200 * 4 * AREA;
        assertThat(sum / count).isCloseTo(0, within(5 / Math.sqrt(count)));
        assertThat(squares / count).isCloseTo(1, within(5 * Math.sqrt(2.0 / count)));
        var again = run(spark, "again", settings);
        assertThat(again.blocks("train").get(0).values())
                .isEqualTo(drawn.blocks("train").get(0).values());
    }

    @Test
    void plainLatentsAreStandardisedByMeasuredMoments(SparkSession spark) {
        var folder = Archives.folder(dir.resolve("latents"), dataset(40, 4));
        var run = run(spark, "run", sources("train", folder), "ingest.encoder=latents", "ingest.max-failure-share=0.1");
        var values = run.blocks("train").get(0).values();
        for (int c = 0; c < 4; c++) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < values.length; i++) {
                if (i / AREA % 4 == c) {
                    sum += values[i];
                    squares += values[i] * values[i];
                }
            }
            int count = values.length / 4;
            assertThat(sum / count).isCloseTo(0, within(1e-5));
            assertThat(Math.sqrt(squares / count)).isCloseTo(0.5, within(1e-5));
        }
        assertThatThrownBy(() -> run(
                        spark,
                        "bad",
                        sources("train", folder),
                        "ingest.encoder=latents",
                        "ingest.max-failure-share=0.1",
                        "ingest.codec.mean=[1]",
                        "ingest.codec.deviation=[1]"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected ingest.codec.mean of 4 channels");
    }

    /** Multiples of the float32 spacing at 10,000, whose deviation can be computed in small integers. */
    @Test
    void deviationFarBelowTheMeanIsMeasured(SparkSession spark) {
        var members = new LinkedHashMap<String, Object>();
        double[] squares = new double[4];
        double[] sums = new double[4];
        for (int record = 0; record < 30; record++) {
            var values = new float[4 * AREA];
            for (int i = 0; i < values.length; i++) {
                int steps = (record * values.length + i) * 7919 % 35 - 17;
                values[i] = 10_000 + steps / 1024f;
                sums[i / AREA] += steps;
                squares[i / AREA] += steps * steps;
            }
            members.put("0/" + record + ".npy", npy(values, 4));
        }
        var folder = Archives.folder(dir.resolve("far"), members);
        var run = run(spark, "run", sources("train", folder), "ingest.encoder=latents");
        var encoder = (CodedLatents) run.data("train").encoder();
        int count = 30 * AREA;
        for (int c = 0; c < 4; c++) {
            double deviation = Math.sqrt(count * squares[c] - sums[c] * sums[c]) / count / 1024;
            assertThat(deviation).isBetween(0.009, 0.011);
            assertThat(encoder.mean().get(c)).isCloseTo(10_000 + sums[c] / count / 1024, within(1e-11));
            assertThat(encoder.deviation().get(c)).isCloseTo(deviation, within(1e-10 * deviation));
        }
    }

    /** Encodes the first photos of the sample with TAEF2 and decodes them to the PSNR that this codec reaches on photos. */
    @Test
    void photosComeBackThroughTheTinyAutoencoder(SparkSession spark) throws Exception {
        var shard = TestData.require("text-to-image", "data_000000.tar");
        var encoder = TestData.require("models", "taef2_encoder.pth");
        var decoder = TestData.require("models", "taef2_decoder.pth");
        var run = run(
                spark,
                "run",
                sources("train", shard),
                "ingest.resolution=128",
                "ingest.filter.samples=6",
                "ingest.encoder=codec",
                "ingest.codec.kind=taef2",
                "ingest.codec.encoder=" + encoder,
                "ingest.codec.decoder=" + decoder,
                "ingest.codec.batch=3");
        var data = run.data("train");
        assertThat(data.shape()).hasToString("LatentShape[channels=32, height=16, width=16]");
        assertThat(data.imageShape()).hasToString("LatentShape[channels=3, height=128, width=128]");
        assertThat(data.count()).isEqualTo(6);
        var photos = photos(shard);
        double worst = Double.POSITIVE_INFINITY;
        try (var pixels = PixelDecoder.open(data.hadoop(), data.encoder(), data.shape())) {
            for (var row : run.ledger("status = 'kept'")) {
                int index = Math.toIntExact(row.<Long>getAs("index"));
                var back = pixels.decode(data.read(0).latent(index), 1);
                worst = Math.min(worst, psnr(photos.get(row.<String>getAs("key")), back));
            }
        }
        assertThat(worst).isGreaterThan(18);
    }

    private IngestRun run(SparkSession spark, String name, String... overrides) {
        return new IngestRun(spark, dir.resolve(name)).run(overrides);
    }

    private static String[] with(String[] settings, String more) {
        var all = Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = more;
        return all;
    }

    /** Files as EDM2's {@code dataset_tool encode} writes them, plus two invalid ones. */
    private static Map<String, Object> dataset(int count, int channels) {
        var members = new LinkedHashMap<String, Object>();
        var labels = new StringBuilder();
        for (int i = 0; i < count; i++) {
            var name = String.format("00000/img-mean-std-%08d.npy", i);
            var values = new float[channels * AREA];
            for (int j = 0; j < values.length; j++) {
                values[j] = value(i, j);
            }
            members.put(name, npy(values, channels));
            labels.append(i == 0 ? "" : ", ").append("[\"" + name + "\", " + i % 7 + "]");
        }
        members.put("00000/shape.npy", npy(new float[(12 - channels) * AREA], 12 - channels));
        var nan = new float[channels * AREA];
        nan[3] = Float.NaN;
        members.put("00000/nan.npy", npy(nan, channels));
        members.put("dataset.json", "{\"labels\": [" + labels + ", [\"00000/shape.npy\", 1], [\"00000/nan.npy\", 1]]}");
        return members;
    }

    /** Means of both signs, positive stds. */
    private static float value(int record, int at) {
        float wave = (float) Math.sin(record * 1.7 + at * 0.9);
        return at < 4 * AREA ? 5 * wave : 0.5f + wave * wave;
    }

    private static byte[] npy(float[] values, int channels) {
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + channels + ", 2, 3), }";
        var padded = header + " ".repeat(117 - header.length()) + "\n";
        var bytes =
                ByteBuffer.allocate(10 + padded.length() + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) padded.length());
        bytes.put(padded.getBytes(StandardCharsets.US_ASCII));
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    private static Map<String, PixelImage> photos(Path shard) throws Exception {
        var photos = new LinkedHashMap<String, PixelImage>();
        try (var tar = new TarArchiveInputStream(Files.newInputStream(shard));
                var decoder = new ImageDecoder(100_000_000)) {
            for (var entry = tar.getNextTarEntry(); entry != null; entry = tar.getNextTarEntry()) {
                if (entry.getName().endsWith(".jpg")) {
                    var image = decoder.decode(tar.readAllBytes()).rgb();
                    photos.put(entry.getName().replace(".jpg", ""), Framing.CENTER_CROP.apply(image, 128));
                }
            }
        }
        return photos;
    }

    private static double psnr(PixelImage photo, byte[] back) {
        byte[] pixels = photo.planes();
        double squares = 0;
        for (int i = 0; i < back.length; i++) {
            squares += Math.pow((back[i] & 0xff) - (pixels[i] & 0xff), 2);
        }
        return 10 * Math.log10(255 * 255 * back.length / squares);
    }
}
