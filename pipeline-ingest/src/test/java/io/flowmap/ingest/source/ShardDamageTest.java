package io.flowmap.ingest.source;

import static io.flowmap.ingest.source.Archives.png;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.ingest.archive.Limits;
import io.flowmap.ingest.label.ClassNames;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be read from a tar that was truncated, damaged, compressed or written by other programs. */
class ShardDamageTest {
    private static final int RECORD = 512;
    private static final Configuration HADOOP = new Configuration();
    private static final byte[] END = new byte[2 * RECORD];
    private static final Limits LIMITS = new Limits(20_000, 1_000_000, 1000);

    @TempDir
    Path dir;

    /** Each kind of member that is not part of a sample occurs once inside a sample and once between two. */
    @Test
    void membersOutsideSamplesDoNotEndASample() throws IOException {
        var kinds = new LinkedHashMap<String, byte[]>();
        kinds.put("./._0.cls FILTERED hidden file", member("./._0.cls", '0', "mac".getBytes(UTF_8)));
        kinds.put("./.DS_Store FILTERED hidden file", member("./.DS_Store", '0', new byte[600]));
        kinds.put("__MACOSX/0.png FILTERED hidden file", member("__MACOSX/0.png", '0', png(1, 8, 8)));
        kinds.put("./a/__MACOSX/0.png FILTERED hidden file", member("./a/__MACOSX/0.png", '0', png(1, 8, 8)));
        kinds.put("./ FILTERED directory", member("./", '5'));
        kinds.put("d/ FILTERED directory", member("d/", '5'));
        kinds.put("old/ FILTERED directory", member("old/", '0'));
        kinds.put("README FILTERED no extension", member("README", '0', "text".getBytes(UTF_8)));
        kinds.put("../0.png QUARANTINED unsafe path", member("../0.png", '0', png(1, 8, 8)));
        kinds.put("l.png FILTERED not a regular file", member("l.png", '1'));
        kinds.put("s.png FILTERED not a regular file", member("s.png", '2'));
        kinds.put("c.png FILTERED not a regular file", member("c.png", '3'));
        kinds.put("b.png FILTERED not a regular file", member("b.png", '4'));
        kinds.put("f.png FILTERED not a regular file", member("f.png", '6'));
        kinds.put("v.png FILTERED not a regular file", member("v.png", 'V'));
        kinds.put("m.png FILTERED not a regular file", member("m.png", 'M'));
        for (var kind : kinds.entrySet()) {
            var tar = joined(
                    member("./0.png", '0', png(0, 8, 8)),
                    kind.getValue(),
                    member("./0.cls", '0', "3".getBytes(UTF_8)),
                    kind.getValue(),
                    member("./1.cls", '\0', "4".getBytes(UTF_8)),
                    member("./1.png", '7', png(1, 8, 8)),
                    END);
            var records = read(tar);
            assertThat(records)
                    .extracting(ShardTest::summary)
                    .containsExactly("./0 found", kind.getKey(), kind.getKey(), "./1 found");
            assertThat(records).extracting(InputRecord::label).containsExactly(3, -1, -1, 4);
        }
    }

    /** PAX headers for all following members (git archive) and for one member (bsdtar), and GNU's long names. */
    @Test
    void headersThatDescribeOtherMembersAreNotMembers() throws IOException {
        assertThat(read(described()))
                .extracting(ShardTest::summary)
                .containsExactly(
                        "n".repeat(150) + "/0 found", "s.png FILTERED not a regular file", "w\u00f6rter found");
    }

    /** A sample is kept if it is followed by the complete header of another sample or by the start of the end marker. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCutLosesTheSampleThatItMayHaveCut(boolean labelFirst) throws IOException {
        var whole = samples(3, 100, labelFirst);
        var all = read(whole);
        assertThat(all)
                .extracting(ShardDamageTest::shown)
                .doesNotHaveDuplicates()
                .hasSize(3);
        for (int length = 0; length < whole.length; length++) {
            var records = read(Arrays.copyOf(whole, length));
            int kept = length > 3 * 2048 ? 3 : Math.max(0, (length - RECORD) / 2048);
            assertKept(records, all, kept, kept < 3, length);
        }
    }

    @Test
    void everyBitOfAHeaderIsCheckedByItsChecksum() throws IOException {
        var whole = samples(3, 100, false);
        var all = read(whole);
        int second = 2048;
        for (int bit = 0; bit < 8 * RECORD; bit += 3) {
            var damaged = whole.clone();
            damaged[second + bit / 8] ^= (byte) (1 << bit % 8);
            var records = read(damaged);
            if (records.size() == 3) {
                assertThat(bit / 8).as("of the checksum itself").isBetween(148, 155);
                assertKept(records, all, 3, false, bit);
            } else {
                assertThat(records).as("bit %d", bit).hasSize(1);
                assertThat(ShardTest.summary(records.get(0)))
                        .isEqualTo(" QUARANTINED damaged tar: wrong checksum of the header at byte 2048;"
                                + " the sample 0 is lost with what follows");
            }
        }
    }

    /** Any value of any byte gives rows and never a failure. */
    @Test
    void damageAnywhereGivesARow() throws IOException {
        var whole = described();
        for (int i = 0; i < whole.length; i += i % RECORD < 300 ? 1 : 50) {
            for (int value : new int[] {0, '9', '=', whole[i] ^ 0x81}) {
                var damaged = whole.clone();
                damaged[i] = (byte) value;
                assertThat(read(damaged)).as("byte %d = %d", i, value).isNotEmpty();
            }
        }
    }

    /** If a plain loop can inflate some bytes before it fails, all of them are read as part of the tar. */
    @Test
    void everyByteThatCanBeInflatedIsRead() throws IOException {
        var tar = samples(20, 3000, false);
        var all = read(tar);
        var packed = packed("gz", tar);
        for (int length = 1; length < packed.length; length += 331) {
            var part = Arrays.copyOf(packed, length);
            int inflated = inflated(part);
            int kept = inflated > tar.length - END.length ? 20 : Math.max(0, (inflated - RECORD) / sampleBytes(3000));
            assertKept(read(part), all, kept, true, length);
        }
        for (int last = 1; last <= 8; last++) {
            var wrong = packed.clone();
            wrong[packed.length - last] ^= 1;
            assertKept(read(wrong), all, 20, true, -last);
            assertKept(read(Arrays.copyOf(packed, packed.length - last)), all, 20, true, -last);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gz", "bzip2", "xz", "zstd"})
    void compressionIsDetectedByBytesAndNotByName(String compression) throws IOException {
        var tar = samples(20, 3000, true);
        var all = read(tar);
        var packed = packed(compression, tar);
        for (var name : List.of("a.tar", "a.tar.gz", "a.tgz", "a.tar.bz2", "a.tar.xz", "a.tar.zst", "A.TAR.GZ")) {
            assertKept(read(packed, name), all, 20, false, 0);
            assertKept(read(tar, name), all, 20, false, 0);
        }
    }

    /** Concatenated parts, as pigz, pbzip2, xz and zstd with threads and cat write them, split at any position of the tar. */
    @ParameterizedTest
    @ValueSource(strings = {"gz", "bzip2", "xz", "zstd"})
    void concatenatedCompressedPartsAreOneTar(String compression) throws IOException {
        var tar = samples(3, 100, false);
        var all = read(tar);
        for (int cut = 0; cut <= tar.length; cut += 73) {
            var parts = joined(
                    packed(compression, Arrays.copyOf(tar, cut)),
                    packed(compression, Arrays.copyOfRange(tar, cut, tar.length)));
            assertKept(read(parts), all, 3, false, cut);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gz", "bzip2", "xz", "zstd"})
    void damageInCompressedDataGivesARow(String compression) throws IOException {
        var tar = samples(4, 700, false);
        var all = read(tar);
        var packed = packed(compression, tar);
        for (int i = 0; i < packed.length; i += 5) {
            var records = read(Arrays.copyOf(packed, i));
            assertKept(records, all, records.size() - 1, true, i);
            var damaged = packed.clone();
            damaged[i] ^= 0x10;
            var last = read(damaged);
            assertThat(last.size()).as("byte %d", i).isBetween(1, 5);
        }
    }

    /** Nothing is read after the end marker, as in Python's tarfile, nor after the end of a gzip stream. */
    @Test
    void dataAfterTheEndIsIgnored() throws IOException {
        var tar = samples(3, 100, false);
        var all = read(tar);
        for (var more : List.of(new byte[40_000], "garbage".repeat(9000).getBytes(UTF_8), tar)) {
            assertKept(read(joined(tar, more)), all, 3, false, 0);
            assertKept(read(joined(packed("gz", tar), more)), all, 3, false, 0);
        }
        var oneRecord = Arrays.copyOf(tar, tar.length - RECORD);
        assertKept(read(oneRecord), all, 3, false, 0);
    }

    @Test
    void otherFilesAreDescribedByTheirFirstBytes() throws IOException {
        var zip = Files.readAllBytes(Archives.zip(dir.resolve("a.zip"), Map.of("a.png", "x")));
        assertThat(reasons("<!DOCTYPE html><html><head>".getBytes(UTF_8)))
                .containsExactly("not a tar: it begins with \"<!DOCTYPE html><html><he\"");
        assertThat(reasons("version https://git-lfs.github.com/spec/v1\n"
                        .repeat(30)
                        .getBytes(UTF_8)))
                .containsExactly("not a tar: it begins with \"version https://git-lfs.\"");
        assertThat(reasons(zip)).singleElement().asString().startsWith("not a tar: it begins with \"PK");
        assertThat(reasons(packed("gz", "text".getBytes(UTF_8)))).containsExactly("not a tar: it begins with \"text\"");
        assertThat(reasons(new byte[0])).containsExactly("empty file");
        assertThat(reasons(packed("gz", new byte[0]))).containsExactly("empty file");
        assertThat(reasons(new byte[10_240])).containsExactly("tar without files");
    }

    @Test
    void falseSizesAreRefused() throws IOException {
        var long1 = header("a", 'L', (1L << 33) - 1);
        var pax = header("a", 'x', (1L << 33) - 1);
        var global = header("a", 'g', (1L << 33) - 1);
        for (var claim : List.of(long1, pax, global)) {
            assertThat(reasons(joined(claim, samples(1, 10, false))))
                    .singleElement()
                    .asString()
                    .contains("8589934591 bytes");
        }
        var chain = new ByteArrayOutputStream();
        for (int i = 0; i < 20_000; i++) {
            chain.writeBytes(member("a", 'x', pax("path", "b")));
        }
        assertThat(reasons(joined(chain.toByteArray(), samples(1, 10, false)))).hasSize(1);
    }

    /** Old GNU sparse files are expanded with their holes, as in Python's tarfile. A hole may exceed any limit. */
    @Test
    void sparseFilesHaveTheirHoles() throws IOException {
        var data = "data".repeat(20).getBytes(UTF_8);
        var expected = new byte[1000];
        System.arraycopy(data, 0, expected, 512, data.length);
        var records = read(joined(sparse("s.png", 1000, data), samples(2, 100, false)));
        assertThat(records).extracting(ShardTest::summary).first().isEqualTo("s found");
        assertThat(((Content.Encoded) records.get(0).content()).bytes()).isEqualTo(expected);
        assertThat(read(joined(sparse("x.png", 1L << 32, data), END)))
                .extracting(ShardTest::summary)
                .containsExactly("x QUARANTINED more than 20000 bytes");
    }

    /** A file that is not needed is skipped; if the tar is cut inside it, the cut is still reported. */
    @ParameterizedTest
    @CsvSource({"100, 1", "100000, 1", "400000, 150000"})
    void aCutInsideAnUnusedFileIsReported(int size, int missing) throws IOException {
        var two = samples(2, 100, false);
        var tar = joined(Arrays.copyOf(two, two.length - END.length), member("2.txt", '0', new byte[size]));
        int body = tar.length - (size + RECORD - 1) / RECORD * RECORD;
        assertKept(read(Arrays.copyOf(tar, body + size - missing), "a.tar"), read(two), 2, true, missing);
    }

    private static byte[] described() {
        var name = "n".repeat(150);
        return joined(
                member("pax_global_header", 'g', pax("comment", "0123abcd")),
                member("x", 'x', pax("path", name + "/0.png")),
                member("short", '0', png(0, 8, 8)),
                member("././@LongLink", 'L', (name + "/0.cls\0").getBytes(UTF_8)),
                member("short", '0', "3".getBytes(UTF_8)),
                member("x", 'x', pax("LIBARCHIVE.xattr.com.apple.quarantine", "MDA4")),
                member("././@LongLink", 'K', "target\0".getBytes(UTF_8)),
                member("s.png", '2'),
                member("x", 'x', pax("path", "w\u00f6rter.png")),
                member("x", '0', png(1, 8, 8)),
                END);
    }

    /** A whole tar of samples, each with an image of random bytes and a label. */
    private static byte[] samples(int count, int bytes, boolean labelFirst) {
        var random = new Random(1);
        var tar = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            var noise = new byte[bytes];
            random.nextBytes(noise);
            var image = member(i + ".png", '0', noise);
            var label = member(i + ".cls", '0', Integer.toString(i).getBytes(UTF_8));
            tar.writeBytes(labelFirst ? joined(label, image) : joined(image, label));
        }
        return joined(tar.toByteArray(), END);
    }

    private static int sampleBytes(int bytes) {
        return 3 * RECORD + (bytes + RECORD - 1) / RECORD * RECORD;
    }

    private static void assertKept(List<InputRecord> records, List<InputRecord> all, int kept, boolean row, int at) {
        assertThat(records).as("at %d", at).hasSize(row ? kept + 1 : kept);
        assertThat(records.subList(0, kept))
                .as("at %d", at)
                .extracting(ShardDamageTest::shown)
                .isEqualTo(all.subList(0, kept).stream()
                        .map(ShardDamageTest::shown)
                        .toList());
        if (row) {
            assertThat(ShardTest.summary(records.get(kept)))
                    .as("at %d", at)
                    .startsWith(" QUARANTINED ")
                    .doesNotContain("null");
        }
    }

    private static String shown(InputRecord record) {
        return record.content() instanceof Content.Encoded encoded
                ? record.key() + " " + record.label() + " " + Arrays.hashCode(encoded.bytes())
                : ShardTest.summary(record);
    }

    private static List<String> reasons(byte[] file) throws IOException {
        return read(file).stream()
                .map(record -> ((Content.Refused) record.content()).reason())
                .toList();
    }

    /** Reads through the file system. */
    private List<InputRecord> read(byte[] bytes, String name) throws IOException {
        var file = Files.write(dir.resolve(name), bytes);
        return drained(new ShardPortion(file.toUri().toString()).open(HADOOP, reading()));
    }

    private static List<InputRecord> read(byte[] bytes) throws IOException {
        return drained(ShardPortion.stream("a.tar", new ByteArrayInputStream(bytes), reading()));
    }

    private static List<InputRecord> drained(RecordStream stream) throws IOException {
        var records = new ArrayList<InputRecord>();
        try (stream) {
            for (var record = stream.next(); record != null; record = stream.next()) {
                records.add(record);
            }
        }
        return records;
    }

    private static Reading reading() {
        return Reading.images(new ClassNames(new ArrayList<>(), false), LIMITS);
    }

    private static byte[] member(String name, char type, byte... content) {
        var padded = Arrays.copyOf(content, (content.length + RECORD - 1) / RECORD * RECORD);
        return joined(header(name, type, content.length), padded);
    }

    private static byte[] header(String name, char type, long size) {
        var entry = new TarArchiveEntry(name, (byte) type);
        entry.setSize(size);
        var header = new byte[RECORD];
        entry.writeEntryHeader(header);
        return header;
    }

    /** A sparse file: a hole of one record, the data, a hole up to the size. */
    private static byte[] sparse(String name, long size, byte[] data) {
        var member = member(name, 'S', data);
        put(member, 257, "ustar  \0");
        put(member, 386, "%011o\0%011o\0%011o\0%011o\0".formatted(RECORD, data.length, size, 0));
        put(member, 483, "%011o\0".formatted(size));
        put(member, 148, " ".repeat(8));
        int sum = 0;
        for (int i = 0; i < RECORD; i++) {
            sum += member[i] & 0xff;
        }
        put(member, 148, "%06o\0 ".formatted(sum));
        return member;
    }

    private static void put(byte[] header, int at, String text) {
        System.arraycopy(text.getBytes(UTF_8), 0, header, at, text.length());
    }

    private static byte[] pax(String key, String value) {
        int length = key.length() + value.getBytes(UTF_8).length + 3;
        int digits = Integer.toString(length + 2).length();
        return (length + digits + " " + key + "=" + value + "\n").getBytes(UTF_8);
    }

    private static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] packed(String compression, byte[] bytes) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (OutputStream out = compression.equals("gz")
                ? new GZIPOutputStream(packed)
                : new CompressorStreamFactory().createCompressorOutputStream(compression, packed)) {
            out.write(bytes);
        } catch (CompressorException e) {
            throw new IOException(e);
        }
        return packed.toByteArray();
    }

    /** Number of bytes that can be inflated, byte by byte, before it fails. */
    private static int inflated(byte[] gzip) {
        int count = 0;
        try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip), 1)) {
            while (in.read() >= 0) {
                count++;
            }
        } catch (IOException e) {
            // the rest is missing
        }
        return count;
    }
}
