package io.flowmap.ingest.source;

import static io.flowmap.ingest.source.Archives.png;
import static io.flowmap.ingest.source.Archives.tar;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.ingest.archive.Limits;
import io.flowmap.ingest.archive.TarMembers;
import io.flowmap.ingest.label.ClassNames;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardTest {
    private static final Limits LIMITS = new Limits(2000, 1_000_000, 1000);
    private static final ClassNames NAMES = new ClassNames(new ArrayList<>(List.of("cat", "dog")), true);

    @TempDir
    Path dir;

    @Test
    void filesOfOneKeyAreOneRecordWithItsLabel() throws IOException {
        var records = read(tar(
                dir.resolve("a.tar"),
                "x/0.png",
                png(0, 8, 8),
                "x/0.cls",
                "3\n",
                "x/1.json",
                "{\"label\": 4}",
                "x/1.png",
                png(1, 8, 8),
                "x/2.png",
                png(2, 8, 8),
                "x/2.json",
                "{\"class\": \"dog\", \"caption\": \"no\"}",
                "x/3.png",
                png(3, 8, 8),
                "x/3.txt",
                "a caption",
                "x/4.PNG",
                png(4, 8, 8),
                "x/4.cls",
                "cat"));
        assertThat(records).extracting(InputRecord::key).containsExactly("x/0", "x/1", "x/2", "x/3", "x/4");
        assertThat(records).extracting(InputRecord::label).containsExactly(3, 4, 1, -1, 0);
        for (int i = 0; i < 5; i++) {
            assertThat(((Content.Encoded) records.get(i).content()).bytes()).isEqualTo(png(i, 8, 8));
        }
    }

    @Test
    void offsetIsWhereTheImageLies() throws IOException {
        var file = tar(dir.resolve("a.tar"), "0.cls", "1", "0.png", png(0, 8, 8), "1.png", png(1, 8, 8));
        var bytes = Files.readAllBytes(file);
        for (var record : read(file)) {
            var image = ((Content.Encoded) record.content()).bytes();
            int at = (int) record.offset();
            assertThat(Arrays.copyOfRange(bytes, at, at + image.length)).isEqualTo(image);
        }
    }

    @Test
    void everyUnusualMemberHasItsOwnRow() throws IOException {
        var records = read(tar(
                dir.resolve("a.tar"),
                "d/",
                "",
                "0.mp",
                "x",
                "1.ten",
                "y",
                "2.txt.gz",
                "z",
                "README",
                "r",
                "._3.png",
                "mac",
                "../4.png",
                png(4, 8, 8),
                "5.png",
                png(5, 8, 8),
                "5.jpg",
                png(5, 8, 8),
                "6.png",
                png(6, 8, 8),
                "6.cls",
                "six",
                "7.png",
                new byte[2001],
                "8.png",
                png(8, 8, 8),
                "9.png",
                png(9, 8, 8),
                "8.png",
                png(8, 8, 8),
                "a.png",
                png(1, 8, 8),
                "a.cls",
                "-1",
                "b.png",
                png(1, 8, 8),
                "b.json",
                "{"));
        assertThat(records)
                .extracting(ShardTest::summary)
                .containsExactly(
                        "d/ FILTERED directory",
                        "0 FILTERED no image: .mp",
                        "1 FILTERED no image: .ten",
                        "2 FILTERED no image: .txt.gz",
                        "README FILTERED no extension",
                        "._3.png FILTERED hidden file",
                        "../4.png QUARANTINED unsafe path",
                        "5 QUARANTINED more than one image",
                        "6 QUARANTINED label six is neither a class index nor a known name",
                        "7 QUARANTINED more than 2000 bytes",
                        "8 found",
                        "9 found",
                        "8 QUARANTINED duplicate key",
                        "a QUARANTINED label -1 is neither a class index nor a known name",
                        "b QUARANTINED unreadable json: Unexpected end-of-input: expected close marker for Object"
                                + " (start marker at [Source: (byte[])\"{\"; line: 1, column: 1])");
    }

    @Test
    void truncationGivesOneRowAndKeepsEarlierSamples() throws IOException {
        var whole = Files.readAllBytes(tar(
                dir.resolve("a.tar"),
                "0.png",
                png(0, 8, 8),
                "0.cls",
                "0",
                "1.png",
                png(1, 8, 8),
                "1.cls",
                "1",
                "2.png",
                png(2, 8, 8),
                "2.cls",
                "0"));
        int end = 6 * 1024;
        for (int length = 0; length < end; length += 64) {
            var records = read(Files.write(dir.resolve("part.tar"), Arrays.copyOf(whole, length)));
            var tail = records.get(records.size() - 1);
            assertThat(tail.content()).as("%d bytes", length).isInstanceOf(Content.Refused.class);
            assertThat(tail.offset()).as("%d bytes", length).isBetween(0L, length + 511L);
            var kept = records.subList(0, records.size() - 1);
            assertThat(kept).as("%d bytes", length).hasSize(Math.max(0, length - 512) / 2048);
            assertThat(kept).allSatisfy(record -> assertThat(record.content()).isInstanceOf(Content.Encoded.class));
        }
        assertThat(read(Files.write(dir.resolve("part.tar"), Arrays.copyOf(whole, end + 1024))))
                .hasSize(3);
    }

    @Test
    void otherBytesAreOneQuarantinedRow() throws IOException {
        var noise = new byte[5000];
        Arrays.fill(noise, (byte) 'x');
        assertThat(read(Files.write(dir.resolve("noise.tar"), noise)))
                .singleElement()
                .satisfies(record -> assertThat(summary(record)).startsWith(" QUARANTINED"));
        assertThat(read(Files.write(dir.resolve("noise.tar.gz"), noise)))
                .singleElement()
                .satisfies(record -> assertThat(summary(record)).startsWith(" QUARANTINED"));
    }

    @Test
    void aGzippedShardIsReadUpToTheDamage() throws IOException {
        var tar = Files.readAllBytes(tar(dir.resolve("a.tar"), "0.png", png(0, 8, 8), "1.png", png(1, 8, 8)));
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(tar);
        }
        assertThat(read(Files.write(dir.resolve("a.tar.gz"), packed.toByteArray())))
                .hasSize(2);
        var broken = Arrays.copyOf(packed.toByteArray(), packed.size() / 2);
        var records = read(Files.write(dir.resolve("b.tgz"), broken));
        assertThat(summary(records.get(records.size() - 1))).startsWith(" QUARANTINED cut gzip: it ends early");
    }

    /** The shard has more bytes than the heap can hold, so it must be read record by record. */
    @Test
    void aShardLargerThanTheHeapIsReadToItsEnd() throws IOException {
        var body = new byte[1 << 20];
        Arrays.fill(body, (byte) 7);
        long count = Runtime.getRuntime().maxMemory() / body.length + 2;
        var members = LongStream.range(0, count).boxed().flatMap(i -> Stream.of(header(i + ".png", body.length), body));
        var tar = new TarMembers(
                new SequenceInputStream(streams(
                        Stream.concat(members, Stream.of(new byte[1024])).iterator())),
                false);
        var reading = Reading.images(NAMES, new Limits(body.length, 1_000_000, 1000));
        long found = 0;
        try (var stream = new ShardStream("large.tar", tar, reading)) {
            for (var record = stream.next(); record != null; record = stream.next()) {
                assertThat(((Content.Encoded) record.content()).bytes()).hasSize(body.length);
                found++;
            }
        }
        assertThat(found).isEqualTo(count);
    }

    private static byte[] header(String name, int size) {
        var entry = new TarArchiveEntry(name);
        entry.setSize(size);
        var header = new byte[512];
        entry.writeEntryHeader(header);
        return header;
    }

    private static Enumeration<InputStream> streams(Iterator<byte[]> parts) {
        return new Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return parts.hasNext();
            }

            @Override
            public InputStream nextElement() {
                return new ByteArrayInputStream(parts.next());
            }
        };
    }

    static String summary(InputRecord record) {
        return record.content() instanceof Content.Refused refused
                ? record.key() + " " + refused.verdict() + " " + refused.reason()
                : record.key() + " found";
    }

    private static List<InputRecord> read(Path file) throws IOException {
        var records = new ArrayList<InputRecord>();
        try (var stream =
                new ShardPortion(file.toUri().toString()).open(new Configuration(), Reading.images(NAMES, LIMITS))) {
            for (var record = stream.next(); record != null; record = stream.next()) {
                records.add(record);
            }
        }
        return records;
    }
}
