import java.io.IOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Writes standard input to standard output as a gzip file whose blocks are stored, not compressed. */
final class Stored extends GZIPOutputStream {
    private static final int BUFFER = 1 << 20;

    private Stored() throws IOException {
        super(System.out, BUFFER);
        def.setLevel(Deflater.NO_COMPRESSION);
    }

    public static void main(String[] arguments) throws IOException {
        try (var out = new Stored()) {
            System.in.transferTo(out);
        }
    }
}
