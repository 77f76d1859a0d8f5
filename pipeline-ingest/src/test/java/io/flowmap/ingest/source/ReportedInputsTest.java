package io.flowmap.ingest.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.ingest.archive.Limits;
import io.flowmap.ingest.label.ClassNames;
import io.flowmap.testing.TestData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files from public bug reports, each with its correct result. */
class ReportedInputsTest {
    private static final String NONE = "none";

    @Test
    void aNullCaptionFallsBackToTheNextPlace() throws IOException {
        assertThat(captions("caption-json-null", "cap_null.tar"))
                .containsExactly(
                        Map.entry("nullonly", NONE),
                        Map.entry("nulltxt", "from text"),
                        Map.entry("listnull", "from list text"),
                        Map.entry("listnullx", "x"));
    }

    @Test
    void aByteOrderMarkIsNotPartOfACaption() throws IOException {
        assertThat(captions("caption-bom", "cap_bom.tar")).containsExactly(Map.entry("bomt", "bom caption"));
    }

    @Test
    void nonNumbersInUnusedFieldsAreHarmless() throws IOException {
        assertThat(captions("json-nan", "json_nan.tar"))
                .containsExactly(Map.entry("nan", "a nan cat"), Map.entry("inf", "an inf cat"));
    }

    @Test
    void aSampleWhoseLabelWasCutOffIsNotKept() throws IOException {
        assertThat(read("tar-cut-inside-sample", "cut.tar"))
                .extracting(ShardTest::summary)
                .containsExactly(
                        " QUARANTINED tar cut in the header at byte 1024; the sample a is lost with what follows");
    }

    @ParameterizedTest
    @CsvSource({
        "cuthalf.tar.gz, 29, cut gzip: it ends early; the sample 0029 is lost with what follows",
        "badcrc.tar.gz, 60, damaged gzip: Corrupt GZIP trailer; all files of the tar had been read",
        "cut.tar.gz, 2, cut gzip: it ends early; all files of the tar had been read"
    })
    void everyWholeSampleBeforeTheDamageOfAGzipIsKept(String file, int kept, String reason) throws IOException {
        var records = read("tar-gz-cut", file);
        assertThat(records).hasSize(kept + 1);
        assertThat(records.subList(0, kept))
                .allSatisfy(record -> assertThat(record.content()).isInstanceOf(Content.Encoded.class));
        assertThat(ShardTest.summary(records.get(kept))).isEqualTo(" QUARANTINED " + reason);
    }

    @Test
    void gzipNamedTarIsRead() throws IOException {
        assertThat(labels("tar-gz-named-tar", "gz_as.tar")).containsExactly(Map.entry("a", 0), Map.entry("b", 1));
    }

    @Test
    void hiddenFilesOfMacsDoNotSplitSamples() throws IOException {
        assertThat(labels("tar-hidden-file-inside-sample", "appledouble.tar"))
                .containsExactly(Map.entry("./0001", 0), Map.entry("./0002", 1));
        assertThat(read("tar-hidden-file-inside-sample", "appledouble.tar"))
                .filteredOn(record -> record.content() instanceof Content.Refused)
                .hasSize(6)
                .allSatisfy(record -> assertThat(ShardTest.summary(record)).endsWith(" FILTERED hidden file"));
    }

    private static Map<String, String> captions(String report, String file) throws IOException {
        var captions = new LinkedHashMap<String, String>();
        for (var record : read(report, file)) {
            assertThat(record.content()).isInstanceOf(Content.Encoded.class);
            var caption = record.annotation().caption();
            captions.put(record.key(), caption == null ? NONE : caption);
        }
        return captions;
    }

    private static Map<String, Integer> labels(String report, String file) throws IOException {
        var labels = new LinkedHashMap<String, Integer>();
        for (var record : read(report, file)) {
            if (record.content() instanceof Content.Encoded) {
                labels.put(record.key(), record.label());
            }
        }
        return labels;
    }

    private static List<InputRecord> read(String report, String file) throws IOException {
        var hadoop = new Configuration();
        var path = TestData.require("reports", report, file).toUri().toString();
        var names = new ClassNames(new ArrayList<>(), false);
        var captions = List.of("prompt", Reading.TEXT_FILE);
        var reading = new Reading(names, new Limits(1 << 20, 1 << 20, 1000), Payload.IMAGE, captions, List.of());
        var records = new ArrayList<InputRecord>();
        for (var source : new Sources(hadoop, SourceKind.AUTO, Payload.IMAGE).find(path)) {
            for (var portion : source.portions(names)) {
                try (var stream = portion.open(hadoop, reading)) {
                    for (var record = stream.next(); record != null; record = stream.next()) {
                        records.add(record);
                    }
                }
            }
        }
        return records;
    }
}
