package io.flowmap.checkpoint.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.checkpoint.pickle.Blob;
import io.flowmap.config.UserError;
import io.flowmap.testing.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Detection of checkpoint formats, over all values of the bytes that decide. */
class FileFormTest {
    private static final int SIZES = 256 * 8;

    /** Real headers have lengths that are multiples of eight, but any length is valid. */
    @Test
    void safetensorsOfEveryHeaderLengthAreRead() {
        for (int length = 72; length < 72 + SIZES; length++) {
            var file = ForeignCheckpoint.of("length " + length, Blob.of(safetensors(length)));
            assertThat(file.format()).as("header of %d bytes", length).isEqualTo("safetensors");
            assertThat(file.read("w").floats()).containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    @Test
    void safetensorsAreDetectedByLengthAndBraceAlone() {
        for (int at = 0; at < Long.BYTES; at++) {
            for (int value = 0; value < 256; value++) {
                var begin = header(128);
                begin[at] = (byte) value;
                long length =
                        ByteBuffer.wrap(begin).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
                boolean possible = length >= 2 && length <= 100_000_000;
                boolean pickle = begin[0] == (byte) 0x80 && begin[1] >= 0 && begin[1] <= 5;
                assertThat(FileForm.of(begin))
                        .as("byte %d = %d", at, value)
                        .isEqualTo(possible || !pickle ? FileForm.SAFETENSORS : FileForm.PICKLE);
            }
        }
    }

    @Test
    void picklesAreDetectedByProtocol() {
        for (int first = 0; first < 256; first++) {
            for (int second = 0; second < 256; second++) {
                var begin = new byte[] {(byte) first, (byte) second, '}', 'q', 0, '.', 0, 0, 0, 0};
                assertThat(FileForm.of(begin))
                        .as("%d %d", first, second)
                        .isEqualTo(first == 0x80 && second <= 5 ? FileForm.PICKLE : FileForm.OTHER);
            }
        }
    }

    @Test
    void zipsAreDetectedByAllFourBytes() {
        for (int at = 0; at < 4; at++) {
            for (int value = 0; value < 256; value++) {
                var begin = new byte[] {'P', 'K', 3, 4, 20, 0, 0, 0, 0, 0, 0, 0};
                boolean same = begin[at] == (byte) value;
                begin[at] = (byte) value;
                assertThat(FileForm.of(begin))
                        .as("byte %d = %d", at, value)
                        .isEqualTo(same ? FileForm.ZIP : FileForm.OTHER);
            }
        }
    }

    /** The sample files keep their formats, for any length of header. */
    @Test
    void everySampleFileHasItsForm() throws IOException {
        assertThat(FileForm.of(Blob.of(SampleFiles.pickle()).begin())).isEqualTo(FileForm.PICKLE);
        assertThat(FileForm.of(Blob.of(SampleFiles.module()).begin())).isEqualTo(FileForm.PICKLE);
        assertThat(FileForm.of(Blob.of(SampleFiles.legacy()).begin())).isEqualTo(FileForm.PICKLE);
        assertThat(FileForm.of(Blob.of(SampleFiles.zip(true)).begin())).isEqualTo(FileForm.ZIP);
        assertThat(FileForm.of(Blob.of(SampleFiles.safetensors()).begin())).isEqualTo(FileForm.SAFETENSORS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE html><html>Entry not found</html>|a web page (HTML)",
                "\n<HTML><body>|a web page (HTML)",
                "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>|an XML document",
                "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n|a Git LFS pointer",
                "(dp0\nVw\np1\n|a pickle of protocol 0 or 1",
                "(lp0\nI1\na.|a pickle of protocol 0 or 1",
                "ccollections\nOrderedDict\np0\n|a pickle of protocol 0 or 1",
                "}q\0U|a pickle of protocol 0 or 1",
                "\u0080\u0006}.|a pickle of protocol 6",
                "\u0089HDF\r\n\u001a\n|an HDF5 file",
                "\u0093NUMPY\1\0|a NumPy array",
                "\u001f\u008b\b\0|a gzip archive",
                "GGUF\3\0\0\0|a GGUF file",
                "{\"error\": \"not found\"}|JSON text",
                "hello world|text",
                "\0\0\0\0|other bytes",
                "|an empty file"
            })
    void whatIsNoCheckpointIsSaidInWords(String beginAndWords) {
        int bar = beginAndWords.lastIndexOf('|');
        var bytes = beginAndWords.substring(0, bar).getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> ForeignCheckpoint.of("file", Blob.of(bytes)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("got " + beginAndWords.substring(bar + 1))
                .hasMessageNotContaining("header of");
    }

    @Test
    void zipsOfOtherProgramsAreNamed() throws IOException {
        var arrays = new LinkedHashMap<String, byte[]>();
        arrays.put("arr_0.npy", new byte[3]);
        assertThatThrownBy(() -> ForeignCheckpoint.of("file", Blob.of(SampleFiles.zip(arrays, false))))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("NumPy arrays (.npz)");
    }

    @Test
    void reportedFilesAreReadOrNamed() throws IOException {
        for (var name : new String[] {"128", "136", "384", "640"}) {
            var file = open(TestData.require(
                    "reports", "safetensors-header-length-0x80", "valid_header_" + name + ".safetensors"));
            assertThat(file.format()).isEqualTo("safetensors");
            assertThat(file.read("w").floats()).containsExactly(0, 1, 2, 3, 4, 5);
        }
        try (var files = Files.list(TestData.require("reports", "not-weights"))) {
            for (var file :
                    files.filter(file -> !file.toString().endsWith(".md")).toList()) {
                assertThatThrownBy(() -> open(file))
                        .as("%s", file)
                        .isInstanceOf(UserError.class)
                        .hasMessageMatching("(?s).*got (a web page|a Git LFS pointer|a pickle of protocol 0"
                                + "|a tar archive of torch|text).*");
            }
        }
        assertThatThrownBy(() ->
                        open(TestData.require("reports", "safetensors-shard-missing", "m.safetensors.index.json")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("shard b.safetensors");
    }

    private static ForeignCheckpoint open(Path file) throws IOException {
        return ForeignCheckpoint.open(
                FileSystem.getLocal(new Configuration()), new org.apache.hadoop.fs.Path(file.toUri()));
    }

    private static byte[] header(int length) {
        return ByteBuffer.allocate(Long.BYTES + 1)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put((byte) '{')
                .array();
    }

    private static byte[] safetensors(int length) {
        var json = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}";
        var file = ByteBuffer.allocate(Long.BYTES + length + 6 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(length).put((json + " ".repeat(length - json.length())).getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 6; i++) {
            file.putFloat(i);
        }
        return file.array();
    }
}
