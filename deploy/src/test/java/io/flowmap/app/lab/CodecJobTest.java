package io.flowmap.app.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.config.Settings;
import io.flowmap.config.UserError;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.stage.Progress;
import io.flowmap.testing.TestData;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real photos through TAEF2's published weights. */
class CodecJobTest {
    private static final int SIZE = 128;
    private static final int GAP = 2;
    private static SparkSession spark;

    @TempDir
    Path dir;

    @BeforeAll
    static void start() {
        spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate();
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @Test
    void decodedPhotosAreCloseToTheOriginalsAboveThem() throws IOException {
        run(weights("encoder"), weights("decoder"), photos(), "lab.codec.count=2");
        var picture = ImageIO.read(stage().resolve(CodecJob.PICTURE).toFile());
        assertThat(picture.getWidth()).isEqualTo(2 * SIZE + GAP);
        assertThat(picture.getHeight()).isEqualTo(2 * SIZE + GAP);
        var facts = manifest().facts();
        assertThat(facts.path("images")).hasSize(2);
        double sum = 0;
        for (int column = 0; column < 2; column++) {
            double psnr = psnr(picture, column * (SIZE + GAP));
            assertThat(psnr).isBetween(20.0, 45.0);
            assertThat(facts.path("psnr-db").path(column).asDouble()).isCloseTo(psnr, within(1e-9));
            sum += psnr;
        }
        assertThat(facts.path("mean-psnr-db").asDouble()).isCloseTo(sum / 2, within(1e-9));
        assertThat(Files.readString(stage().resolve(LabPage.TABLE)).lines()).hasSize(5);
    }

    @Test
    void filesOfOtherNetworksAreTheUsersMistake() {
        assertMistake(
                "cannot read a TAEF2 encoder from ",
                "taef2_decoder.pth: expected ",
                setting("encoder", TestData.require("models", "taef2_decoder.pth")),
                weights("decoder"),
                photos());
        var resnet = setting("decoder", TestData.require("models", "resnet20-12fca82f.th"));
        assertMistake("cannot read a TAEF2 decoder from ", "expected an array ", weights("encoder"), resnet, photos());
    }

    @Test
    void sizesThatTheCodecCannotHalveAreTheUsersMistake() {
        assertMistake(
                "cannot encode with TAEF2 with lab.codec.size=100: ",
                "multiples of 8",
                weights("encoder"),
                weights("decoder"),
                photos(),
                "lab.codec.size=100");
    }

    @Test
    void aFolderWithoutAnImageThatCanBeReadIsTheUsersMistake() throws IOException {
        var folder = Files.createDirectory(dir.resolve("no-images"));
        Files.writeString(folder.resolve("text.png"), "not a picture");
        assertMistake(
                "cannot read images " + folder,
                "expected images, got none that can be decoded",
                weights("encoder"),
                weights("decoder"),
                setting("images", folder));
    }

    @Test
    void missingFilesAndSettingsAreTheUsersMistake() {
        var nowhere = dir.resolve("nowhere.pth");
        assertMistake(
                "cannot read a TAEF2 encoder from " + nowhere,
                "no such file",
                setting("encoder", nowhere),
                setting("decoder", nowhere),
                setting("images", dir));
        assertMistake("lab.codec", "expected a file each for encoder and decoder");
    }

    private void assertMistake(String begin, String end, String... overrides) {
        assertThatThrownBy(() -> run(overrides))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(begin)
                .hasMessageContaining(end);
        assertThat(stage()).doesNotExist();
    }

    private void run(String... overrides) {
        var all = new ArrayList<>(List.of("run.dir=\"" + dir.resolve("run") + "\"", "lab.codec.size=" + SIZE));
        all.addAll(List.of(overrides));
        var clock = Clock.systemUTC();
        new CodecJob().run(new JobContext(spark, Settings.load(Optional.empty(), all), Progress.log(clock), clock));
    }

    private Path stage() {
        return dir.resolve("run").resolve(CodecJob.STAGE);
    }

    private Manifest manifest() throws IOException {
        var path = new org.apache.hadoop.fs.Path(stage().toUri());
        return Manifest.read(path.getFileSystem(spark.sparkContext().hadoopConfiguration()), path);
    }

    private static String weights(String half) {
        return setting(half, TestData.require("models", "taef2_" + half + ".pth"));
    }

    private static String photos() {
        return setting("images", TestData.require("imagenet-sample"));
    }

    private static String setting(String key, Path path) {
        return "lab.codec." + key + "=\"" + path + "\"";
    }

    private static double psnr(BufferedImage picture, int left) {
        long squares = 0;
        for (int y = 0; y < SIZE; y++) {
            for (int x = left; x < left + SIZE; x++) {
                int above = picture.getRGB(x, y);
                int below = picture.getRGB(x, y + SIZE + GAP);
                for (int shift = 0; shift <= 16; shift += 8) {
                    long difference = (above >> shift & 0xff) - (below >> shift & 0xff);
                    squares += difference * difference;
                }
            }
        }
        return 20 * Math.log10(255) - 10 * Math.log10(squares / (3.0 * SIZE * SIZE));
    }
}
