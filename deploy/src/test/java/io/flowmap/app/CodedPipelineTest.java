package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.config.Json;
import io.flowmap.testing.OnnxFiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline on latents of an ONNX autoencoder. It trains on latents; samples, metrics and report use decoded images. */
@ExtendWith(LocalMaster.class)
class CodedPipelineTest {
    private static final int SIDE = 16;
    private static final int CHANNELS = 12;

    @TempDir
    Path dir;

    @Test
    void modelsOfLatentsAreSampledAndMeasuredAsImages() throws IOException {
        var weights = new float[CHANNELS * CHANNELS];
        for (int i = 0; i < CHANNELS; i++) {
            weights[i * CHANNELS + i] = 1;
        }
        TinyRun.complete(
                "pipeline",
                dir.resolve("run"),
                "ingest.train=\"" + images("train.zip", 90) + "\"",
                "ingest.test=\"" + images("test.zip", 60) + "\"",
                "ingest.encoder=codec",
                "ingest.codec.kind=onnx",
                "ingest.codec.encoder=" + OnnxFiles.encoder(dir.resolve("encoder.onnx"), weights, new float[CHANNELS]),
                "ingest.codec.decoder=" + OnnxFiles.decoder(dir.resolve("decoder.onnx"), weights, new float[3]));
        var data = Json.mapper().readTree(dir.resolve("run/data/manifest.json").toFile());
        assertThat(data.at("/facts/shape/channels").asInt()).isEqualTo(CHANNELS);
        assertThat(data.at("/facts/shape/height").asInt()).isEqualTo(SIDE / 2);
        try (var spark = SparkSession.builder().master("local[1]").getOrCreate()) {
            var samples = spark.read()
                    .parquet(dir.resolve("run/samples/model=student").toString());
            assertThat(samples.filter("channels = 3 and height = 16 and width = 16 and length(image) = 768")
                            .count())
                    .isEqualTo(samples.count())
                    .isPositive();
            var metrics = spark.read().parquet(dir.resolve("run/metrics/table").toString());
            assertThat(metrics.filter("metric = 'FD-LeNet' and model = 'student' and value > 0")
                            .count())
                    .isEqualTo(samples.select("guidance", "steps").distinct().count());
        }
        assertThat(dir.resolve("run/report/report.html")).content().contains("16×16×3");
    }

    /** Squares of three colours at different places. */
    private Path images(String name, int count) throws IOException {
        var file = dir.resolve(name);
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < count; i++) {
                var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
                int at = i / 3 % 9;
                for (int p = 0; p < 64; p++) {
                    image.setRGB(at + p % 8, (at * 5 + i) % 9 + p / 8, 0xd0 << 8 * (i % 3));
                }
                zip.putNextEntry(new ZipEntry("class" + i % 3 + "/" + i + ".png"));
                ImageIO.write(image, "png", zip);
                zip.closeEntry();
            }
        }
        return file;
    }
}
