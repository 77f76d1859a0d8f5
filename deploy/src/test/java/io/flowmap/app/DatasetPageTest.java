package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.app.launch.Application;
import io.flowmap.app.launch.Request;
import io.flowmap.app.launch.Stages;
import io.flowmap.testing.TestData;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalMaster.class)
class DatasetPageTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void pageOfDrawnShapesCountsThem() throws IOException {
        var settings =
                List.of("ingest.train=embedded:shapes", "ingest.shapes.count=200", "ingest.encoder=standardised");
        assertThat(run("ingest", settings)).as(err::toString).isZero();
        assertThat(run("dataset", settings)).as(err::toString).isZero();
        var page = Files.readString(folder.resolve("dataset/report.html"));
        assertThat(page)
                .contains("200 records read", "crescent", "data:image/png;base64,", "<td class=\"number\">0.5000</td>");
        assertThat(page).contains("<th scope=\"row\">train</th><td>kept</td><td></td><td class=\"number\">200</td>");
        assertThat(page).contains("<figcaption>crescent</figcaption><img ", "split train, class crescent");
        assertThat(page).doesNotContain(">Captions</h2>");
        assertThat(out.toString()).contains("dataset/report.html");
    }

    @Test
    void pageOfCaptionedPhotosShowsEveryBucket() throws IOException {
        var data = TestData.require("text-to-image");
        var settings = List.of(
                "ingest.train=" + data,
                "ingest.captions.from=[prompt, .txt]",
                "ingest.buckets=[\"64x64\", \"80x48\", \"48x80\"]",
                "ingest.filter.max-caption=60");
        assertThat(run("ingest", settings)).as(err::toString).isZero();
        assertThat(run("dataset", settings)).as(err::toString).isZero();
        assertThat(Files.readString(folder.resolve("dataset/report.html")))
                .contains(">Captions</h2>", "Split train/64x64", "Split train/80x48", "filtered", "caption of ");
    }

    /** Steps of float32 around one million: the integers from -17 to 17 in turn, whose deviation is known. */
    @Test
    void pageShowsADeviationFarBelowTheMean() throws IOException {
        var latents = Files.createDirectory(folder.resolve("latents"));
        for (int record = 0; record < 20; record++) {
            Files.write(latents.resolve(record + ".npy"), steps());
        }
        var settings = List.of(
                "ingest.train=" + latents,
                "ingest.encoder=latents",
                "ingest.dtype=float32",
                "ingest.codec.mean=[0]",
                "ingest.codec.deviation=[0.5]");
        assertThat(run("ingest", settings)).as(err::toString).isZero();
        assertThat(run("dataset", settings)).as(err::toString).isZero();
        assertThat(Files.readString(folder.resolve("dataset/report.html")))
                .contains("<td class=\"number\">1000000.0000</td><td class=\"number\">0.6312</td>");
    }

    /** NumPy's float32 [1,60,70]. */
    private static byte[] steps() {
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 60, 70), }";
        var npy = ByteBuffer.allocate(128 + 4200 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        npy.put("\u0093NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1)).putShort((short) 118);
        npy.put((header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 4200; i++) {
            npy.putFloat(1_000_000 + (i % 35 - 17) / 16f);
        }
        return npy.array();
    }

    private int run(String command, List<String> settings) {
        var overrides = new ArrayList<>(settings);
        overrides.add("run.dir=" + folder);
        return new Application(
                        Stages.registered(), Clock.systemUTC(), new PrintWriter(out, true), new PrintWriter(err, true))
                .run(new Request(command, Optional.empty(), overrides, Optional.empty()));
    }
}
