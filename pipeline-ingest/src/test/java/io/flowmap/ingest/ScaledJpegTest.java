package io.flowmap.ingest;

import static io.flowmap.ingest.IngestRun.sources;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.data.PixelEncoder;
import io.flowmap.ingest.image.Framing;
import io.flowmap.ingest.image.ImageDecoder;
import io.flowmap.ingest.source.Archives;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(LocalSpark.class)
class ScaledJpegTest {
    @TempDir
    Path dir;

    /** Images are reduced as long as they remain twice the wanted size of 8, by at most 8. */
    @ParameterizedTest
    @CsvSource({"40, 31, 1", "40, 32, 2", "63, 80, 2", "64, 64, 4", "127, 200, 4", "128, 128, 8", "300, 290, 8"})
    void imagesKeepTwiceTheWantedSize(int width, int height, int reduction, SparkSession spark) throws Exception {
        var photo = Archives.jpeg(1, width, height);
        var shard = Archives.tar(dir.resolve("a.tar"), "0.jpg", photo);
        var run = new IngestRun(spark, dir.resolve("run"))
                .run(sources("train", shard), "ingest.scaled-jpeg=true", "ingest.resolution=8");
        try (var decoder = new ImageDecoder(1_000_000)) {
            var image = Framing.CENTER_CROP.apply(decoder.decode(photo, reduction), 8);
            assertThat(pixels(run)).isEqualTo(image.planes());
            var other = Framing.CENTER_CROP.apply(decoder.decode(photo, reduction == 1 ? 2 : reduction / 2), 8);
            assertThat(pixels(run)).isNotEqualTo(other.planes());
        }
        var row = run.ledger("true").get(0);
        assertThat(row.<Integer>getAs("width")).isEqualTo(width);
        assertThat(row.<Integer>getAs("height")).isEqualTo(height);
    }

    @Test
    void imagesThatKeepTheirSizeAreDecodedInFull(SparkSession spark) {
        var shard =
                Archives.tar(dir.resolve("a.tar"), "0.jpg", Archives.jpeg(1, 64, 64), "1.jpg", Archives.jpeg(2, 8, 8));
        var run = new IngestRun(spark, dir.resolve("run"))
                .run(
                        sources("train", shard),
                        "ingest.scaled-jpeg=true",
                        "ingest.resolution=8",
                        "ingest.transform=none",
                        "ingest.max-failure-share=0.5");
        assertThat(run.ledger("true"))
                .extracting(row -> row.getAs("status") + " " + row.getAs("reason"))
                .containsExactly("quarantined size 64x64, expected 8x8", "kept null");
    }

    private static byte[] pixels(IngestRun run) {
        var data = run.data("train");
        var pixels = new byte[data.shape().size()];
        ((PixelEncoder) data.encoder()).decode(data.read(0).latent(0), pixels, data.shape());
        return pixels;
    }
}
