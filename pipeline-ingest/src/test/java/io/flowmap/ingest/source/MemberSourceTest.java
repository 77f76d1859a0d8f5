package io.flowmap.ingest.source;

import static io.flowmap.ingest.source.Archives.png;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import io.flowmap.ingest.archive.Limits;
import io.flowmap.ingest.archive.Member;
import io.flowmap.ingest.label.ClassNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemberSourceTest {
    private static final Limits LIMITS = new Limits(2000, 1_000_000, 1000);

    @TempDir
    Path dir;

    @Test
    void datasetJsonLabelsZipAndFolderAlike() throws IOException {
        var members = new LinkedHashMap<String, Object>();
        members.put("0/a.png", png(0, 8, 8));
        members.put("0/b.png", png(1, 8, 8));
        members.put("0/c.png", png(2, 8, 8));
        members.put("notes.txt", "text");
        members.put(
                "dataset.json",
                "{\"labels\": [[\"0/a.png\", 5], [\"0\\\\b.png\", \"x\"], [\"0/lost.png\", 1]], \"more\": {}}");
        var zip = read(Archives.zip(dir.resolve("d.zip"), members));
        var folder = read(Archives.folder(dir.resolve("d"), members));
        assertThat(zip)
                .extracting(ShardTest::summary)
                .containsExactly(
                        "0/a.png found",
                        "0/b.png QUARANTINED label in dataset.json is not a class index",
                        "0/c.png found",
                        "notes.txt FILTERED no image",
                        "0/lost.png QUARANTINED listed in dataset.json but missing");
        assertThat(zip).extracting(InputRecord::label).containsExactly(5, -1, -1, -1, -1);
        assertThat(folder)
                .extracting(ShardTest::summary)
                .containsExactlyElementsOf(zip.stream().map(ShardTest::summary).toList());
    }

    /** Labels as numpy's int64 converts them, which is how EDM2 reads them, except that numpy silently truncates fractions. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "5 | 5",
                "5.0 | 5",
                "\"5\" | 5",
                "-0.0 | 0",
                "null | -1",
                "NaN | -1",
                "5.5 | not a class index",
                "-1 | not a class index",
                "Infinity | not a class index",
                "true | not a class index",
                "[5] | not a class index",
                "{\"a\": [1, NaN]} | not a class index",
                "2147483648 | not a class index",
                "123456789012345678901234567890 | not a class index",
                "1e999999999 | not a class index"
            })
    void labelOfDatasetJsonIsTheWholeNumberThatItIs(String label, String expected) throws IOException {
        for (var mark : List.of("", "\ufeff")) {
            var json =
                    mark + "{\"labels\": [[\"a.png\", 1], [\"b.png\", " + label + "], [\"a.png\", 2]], \"x\": [NaN]}";
            var members = new LinkedHashMap<String, Object>();
            members.put("a.png", png(0, 8, 8));
            members.put("b.png", png(1, 8, 8));
            members.put("dataset.json", json);
            var records = read(Archives.zip(dir.resolve("d.zip"), members));
            assertThat(records.get(0).label()).isEqualTo(2);
            var second = ShardTest.summary(records.get(1));
            assertThat(
                            second.equals("b.png found")
                                    ? String.valueOf(records.get(1).label())
                                    : second)
                    .endsWith(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"labels\": [[\"a.png\", 1]], \"labels\": null} | -1",
                "{\"labels\": null, \"labels\": [[\"a.png\", 1]]} | 1",
                "{\"labels\": [[\"a.png\", 1]], \"labels\": [[\"a.png\", 2]]} | 2",
                "{} | -1"
            })
    void lastOfTwoListsOfLabelsCounts(String json, int label) throws IOException {
        var zip = Archives.zip(dir.resolve("d.zip"), Map.of("a.png", png(0, 8, 8), "dataset.json", json));
        assertThat(read(zip)).singleElement().satisfies(record -> assertThat(record.label())
                .isEqualTo(label));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "\ufeff", "{", "[]", "3", "{\"labels\": [[\"a.png\", 1]", "{\"labels\": [[1, 1]]}"})
    void unexpectedDatasetJsonIsReportedWithItsFault(String json) {
        var zip = Archives.zip(dir.resolve("d.zip"), Map.of("a.png", png(0, 8, 8), "dataset.json", json));
        assertThatThrownBy(() -> read(zip))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot read dataset.json of ")
                .hasMessageContaining("d.zip: expected {\"labels\": [[name, class], ...]}, got ")
                .message()
                .doesNotContain("null")
                .hasLineCount(1);
    }

    /** Class names must be strings; null must not become a class of that name. */
    @Test
    void classNamesAreStringsWithOrWithoutAByteOrderMark() throws IOException {
        var folder = Archives.folder(dir.resolve("d"), Map.of("cat/1.png", png(0, 8, 8), "dog/2.png", png(1, 8, 8)));
        Files.writeString(folder.resolve("classes.json"), "\ufeff[\"dog\", \"cat\"]");
        assertThat(read(folder)).extracting(InputRecord::label).containsExactly(1, 0);
        for (var wrong :
                List.of("[\"dog\", null]", "[\"dog\", NaN]", "[\"dog\", [\"cat\"]]", "", "{", "[\"a\", \"a\"]")) {
            Files.writeString(folder.resolve("classes.json"), wrong);
            assertThatThrownBy(() -> read(folder))
                    .as(wrong)
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("classes.json: expected a JSON list of different names, got ")
                    .message()
                    .hasLineCount(1);
        }
    }

    @Test
    void nullLabelsAreNoLabels() throws IOException {
        var zip = Archives.zip(
                dir.resolve("d.zip"), Map.of("0/a.png", png(0, 8, 8), "dataset.json", "{\"labels\": null}"));
        assertThat(read(zip)).singleElement().satisfies(record -> assertThat(record.label())
                .isEqualTo(-1));
    }

    @Test
    void unexpectedDatasetJsonIsAUserError() {
        var zip = Archives.zip(
                dir.resolve("d.zip"), Map.of("a.png", png(0, 8, 8), "dataset.json", "{\"labels\": {\"a.png\": 1}}"));
        assertThatThrownBy(() -> read(zip))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected {\"labels\": [[name, class], ...]}");
    }

    @Test
    void classFoldersAreNumberedInOrderOfTheirNames() throws IOException {
        var members = new LinkedHashMap<String, Object>();
        members.put("test/dog/1.png", png(1, 8, 8));
        members.put("test/cat/deep/2.png", png(2, 8, 8));
        members.put("test/ape/3.png", png(3, 8, 8));
        members.put("test/loose.png", png(4, 8, 8));
        var zip = read(Archives.zip(dir.resolve("d.zip"), members));
        assertThat(zip).extracting(InputRecord::label).containsExactly(2, 1, 0, -1);
        var folder = read(Archives.folder(dir.resolve("d"), members));
        assertThat(folder).extracting(InputRecord::key).isEqualTo(new ArrayList<>(new TreeSet<>(members.keySet())));
        assertThat(folder).extracting(InputRecord::label).containsExactly(0, 1, 2, -1);
    }

    @Test
    void givenNamesDefineTheIndicesAndUnknownNamesAreQuarantined() throws IOException {
        Files.writeString(dir.resolve("classes.json"), "[\"dog\", \"cat\"]");
        var members = new LinkedHashMap<String, Object>();
        members.put("cat/1.png", png(1, 8, 8));
        members.put("dog/1.png", png(1, 8, 8));
        members.put("eel/1.png", png(1, 8, 8));
        var records = read(Archives.zip(dir.resolve("d.zip"), members));
        assertThat(records).extracting(InputRecord::label).containsExactly(1, 0, -1);
        assertThat(ShardTest.summary(records.get(2)))
                .isEqualTo("eel/1.png QUARANTINED class eel is not among the given names");
    }

    @Test
    void oneFolderIsOneClassAndNoFolderIsNone() {
        assertThat(ClassFolders.among(List.of("a/b/1.png", "a/b/2.png")).of("a/b/1.png"))
                .contains("b");
        assertThat(ClassFolders.among(List.of("1.png", "2.png")).of("1.png")).isEmpty();
        assertThat(ClassFolders.among(List.of()).of("a/1.png")).isEmpty();
    }

    @Test
    void hostileMembersAreQuarantined() throws IOException {
        var members = new LinkedHashMap<String, Object>();
        members.put("a/", "");
        members.put("a/../../up.png", png(0, 8, 8));
        members.put("/abs.png", png(0, 8, 8));
        members.put("a/bomb.png", new byte[10_000_000]);
        members.put("a/.hidden.png", "x");
        members.put("a/1.png", png(1, 8, 8));
        var records = read(Archives.zip(dir.resolve("d.zip"), members));
        assertThat(records)
                .extracting(ShardTest::summary)
                .containsExactly(
                        "a/ FILTERED directory",
                        "a/../../up.png QUARANTINED unsafe path",
                        "/abs.png QUARANTINED unsafe path",
                        "a/bomb.png QUARANTINED more than 2000 bytes",
                        "a/.hidden.png FILTERED hidden file",
                        "a/1.png found");
    }

    @Test
    void damageInsideZipCostsOneRecord() throws IOException {
        var members = new LinkedHashMap<String, Object>();
        for (int i = 0; i < 5; i++) {
            members.put("a/" + i + ".png", png(i, 16, 16));
        }
        var bytes = Files.readAllBytes(Archives.zip(dir.resolve("d.zip"), members));
        long second = read(dir.resolve("d.zip")).get(1).offset();
        Arrays.fill(bytes, (int) second + 20, (int) second + 40, (byte) 0);
        var records = read(Files.write(dir.resolve("damaged.zip"), bytes));
        assertThat(records)
                .filteredOn(record -> record.content() instanceof Content.Encoded)
                .hasSize(4);
        assertThat(records.get(1).content()).isInstanceOf(Content.Refused.class);
    }

    @Test
    void truncatedZipIsOneQuarantinedRow() throws IOException {
        var bytes = Files.readAllBytes(
                Archives.zip(dir.resolve("d.zip"), Map.of("a.png", png(0, 8, 8), "b.png", png(1, 8, 8))));
        for (int length = 0; length < bytes.length; length += 7) {
            var records = read(Files.write(dir.resolve("part.zip"), Arrays.copyOf(bytes, length)));
            assertThat(records).as("%d bytes", length).singleElement().satisfies(record -> assertThat(
                            ShardTest.summary(record))
                    .startsWith(" QUARANTINED unreadable zip"));
        }
    }

    @Test
    void bigZipIsReadByManyTasks() {
        var planned = new ArrayList<PlannedMember>();
        for (int i = 0; i < 20_000; i++) {
            planned.add(PlannedMember.image(new Member(i + ".png", 100, false), 0));
        }
        var portions = MemberPortion.cut("a.zip", true, planned);
        assertThat(portions).hasSize(3);
        var again = new ArrayList<PlannedMember>();
        portions.forEach(portion -> again.addAll(((MemberPortion) portion).members()));
        assertThat(again).isEqualTo(planned);
    }

    @Test
    void fileThatCannotBeOpenedCostsOneRecord() throws IOException {
        var folder = Archives.folder(dir.resolve("d"), Map.of("a/1.png", png(0, 8, 8), "a/2:2.png", png(1, 8, 8)));
        assertThat(read(folder))
                .extracting(ShardTest::summary)
                .containsExactly("a/1.png found", "a/2:2.png QUARANTINED name that Hadoop cannot open");
    }

    @Test
    void aPathWithoutSourcesIsAUserError() {
        assertThatThrownBy(() -> read(dir.resolve("none*.zip")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected files or folders, got none");
        assertThatThrownBy(() -> read(Files.writeString(dir.resolve("a.txt"), "text")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected a zip, a tar or a folder, got text");
    }

    /** macOS writes such a file next to each file on foreign disks. Folders and patterns skip it; given by its own name it is read. */
    @Test
    void hiddenFilesBesideShardsAndZipsAreNotSources() throws IOException {
        var folder = Files.createDirectory(dir.resolve("d"));
        Archives.tar(folder.resolve("a.tar"), "1.png", png(0, 8, 8));
        Files.writeString(folder.resolve("._a.tar"), "mac");
        assertThat(read(folder)).extracting(InputRecord::key).containsExactly("1");
        assertThat(read(folder.resolve("*.tar"))).extracting(InputRecord::key).containsExactly("1");
        assertThat(read(folder.resolve("._a.tar")))
                .extracting(ShardTest::summary)
                .containsExactly(" QUARANTINED not a tar: it begins with \"mac\"");
    }

    @Test
    void tarsAreDetectedByNameOrBytes() throws IOException {
        var tar = Files.readAllBytes(Archives.tar(dir.resolve("a.tar"), "1.png", png(0, 8, 8)));
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(tar);
        }
        for (var name : List.of("b.tbz2", "b.TAR.XZ", "b.tzst", "b.data", "b")) {
            assertThat(read(Files.write(dir.resolve(name), packed.toByteArray())))
                    .as(name)
                    .extracting(InputRecord::key)
                    .containsExactly("1");
        }
        Files.createDirectory(dir.resolve("d"));
        Files.write(dir.resolve("d/c.tar.zst"), tar);
        assertThat(read(dir.resolve("d"))).extracting(InputRecord::key).containsExactly("1");
    }

    @Test
    void anyHadoopFileSystemWorks() throws IOException {
        var hadoop = new Configuration();
        hadoop.set("fs.viewfs.mounttable.t.link./data", dir.toUri().toString());
        Archives.folder(
                dir.resolve("all/folder"), Map.of("cat/a b%20[1].png", png(0, 8, 8), "dog/2.png", png(1, 8, 8)));
        Archives.zip(dir.resolve("all/x.zip"), Map.of("cat/1.png", png(0, 8, 8)));
        Archives.tar(dir.resolve("all/y.tar"), "1.png", png(0, 8, 8));
        var records = read("viewfs://t/data/all/{folder,x.zip,y.tar}", hadoop);
        assertThat(records).hasSize(4).allSatisfy(record -> {
            assertThat(record.source()).startsWith("viewfs://t/data/all/");
            assertThat(record.content()).isInstanceOf(Content.Encoded.class);
        });
    }

    private static List<InputRecord> read(Path path) throws IOException {
        return read(path.toString(), new Configuration());
    }

    private static List<InputRecord> read(String path, Configuration hadoop) throws IOException {
        var records = new ArrayList<InputRecord>();
        for (var source : new Sources(hadoop, SourceKind.AUTO, Payload.IMAGE).find(path)) {
            var names = source.classNames().orElse(ClassNames.of(source.folderClasses()));
            for (var portion : source.portions(names)) {
                try (var stream = portion.open(hadoop, Reading.images(names, LIMITS))) {
                    for (var record = stream.next(); record != null; record = stream.next()) {
                        records.add(record);
                    }
                }
            }
        }
        return records;
    }
}
