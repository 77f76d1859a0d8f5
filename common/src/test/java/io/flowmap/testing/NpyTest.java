package io.flowmap.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyTest {
    @TempDir
    Path folder;

    @Test
    void valuesFollowTheHeader() throws IOException {
        var data = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(1.5f)
                .putFloat(-2)
                .putFloat(3)
                .putFloat(4);
        var file = Files.write(folder.resolve("a.npy"), npy("<f4", "(2, 2)", data.array()));
        var array = Npy.read(file);
        assertThat(array.shape()).containsExactly(2, 2);
        assertThat(array.values()).containsExactly(1.5, -2, 3, 4);
        assertThat(array.dtype()).isEqualTo("f4");
    }

    @Test
    void fortranOrderIsBroughtIntoC() throws IOException {
        var file = Files.write(folder.resolve("f.npy"), npy("|u1", "(2, 3)", "True", new byte[] {0, 3, 1, 4, 2, 5}));
        assertThat(Npy.read(file).values()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void scalarsAndZipsAreRead() throws IOException {
        var data = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(-7)
                .array();
        var file = folder.resolve("a.npz");
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("x.y.npy"));
            zip.write(npy("<i8", "()", data));
            zip.putNextEntry(new ZipEntry("b.npy"));
            zip.write(npy("|u1", "(8,)", data));
        }
        var arrays = Npy.readZip(file);
        assertThat(arrays.keySet()).containsExactly("x.y", "b");
        assertThat(arrays.get("x.y").scalar()).isEqualTo(-7);
        assertThat(arrays.get("b").ints()).containsExactly(249, 255, 255, 255, 255, 255, 255, 255);
    }

    private static byte[] npy(String descr, String shape, byte[] data) throws IOException {
        return npy(descr, shape, "False", data);
    }

    private static byte[] npy(String descr, String shape, String fortran, byte[] data) throws IOException {
        var header = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n"
                .formatted(descr, fortran, shape)
                .getBytes(StandardCharsets.ISO_8859_1);
        var out = new ByteArrayOutputStream();
        out.write(new byte[] {
            (byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length, (byte) (header.length >> 8)
        });
        out.write(header);
        out.write(data);
        return out.toByteArray();
    }
}
