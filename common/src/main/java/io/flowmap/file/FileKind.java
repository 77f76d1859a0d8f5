package io.flowmap.file;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Guesses the kind of an unreadable file from its first bytes. Used only for error messages, never to decide how to read a file. */
public final class FileKind {
    /** Number of bytes to look at: the name in a tar ends at byte 100, its magic number at byte 263. */
    public static final int BEGIN = 512;

    /** Result if no kind matches. */
    public static final String OTHER = "other bytes";

    private static final int TAR_NAME = 100;
    private static final int TAR_MAGIC = 257;
    private static final List<String> TORCH_TAR = List.of("sys_info", "pickle", "storages", "tensors");
    /** Start of a pickle of protocol 0 or 1, which has no header: an empty or marked container, or a global and the end of its name. */
    private static final Pattern EARLY_PICKLE = Pattern.compile(
            "(\\((dp?|lp?|t|i|c)|[\\]}]q|c[\\w.]+\n[\\w.]+\n|[IFSV][^\n]*\n(p\\d+\n)?\\.).*", Pattern.DOTALL);

    private static final List<Magic> MAGICS = List.of(
            new Magic("version https://git-lfs", "a Git LFS pointer in place of the file (git lfs pull fetches it)"),
            new Magic("\u0089HDF\r\n", "an HDF5 file, as Keras writes"),
            new Magic("\u0093NUMPY", "a NumPy array (.npy)"),
            new Magic("GGUF", "a GGUF file of llama.cpp"),
            new Magic("PK\5\6", "an empty zip archive"),
            new Magic("PK\3\4", "a zip archive"),
            new Magic("\u001f\u008b", "a gzip archive (gunzip it first)"),
            new Magic("BZh", "a bzip2 archive"),
            new Magic("\u00fd7zXZ", "an xz archive"),
            new Magic("(\u00b5/\u00fd", "a zstd archive"),
            new Magic("7z\u00bc\u00af", "a 7z archive"),
            new Magic("Rar!", "a RAR archive"),
            new Magic("%PDF", "a PDF"),
            new Magic("\u0089PNG", "a PNG image"),
            new Magic("\u00ff\u00d8\u00ff", "a JPEG image"),
            new Magic("PAR1", "a Parquet file"),
            new Magic("\177ELF", "a program or library (ELF)"));

    private FileKind() {}

    private record Magic(String begin, String words) {}

    /**
     * Describes a file, in words that complete "expected ..., got".
     *
     * @param begin first {@link #BEGIN} bytes of the file, or all bytes of a shorter file
     */
    public static String of(byte[] begin) {
        if (begin.length == 0) {
            return "an empty file";
        }
        var text = new String(begin, StandardCharsets.ISO_8859_1);
        for (var magic : MAGICS) {
            if (text.startsWith(magic.begin())) {
                return magic.words();
            }
        }
        if (text.startsWith("ustar", TAR_MAGIC) || TORCH_TAR.contains(tarName(text))) {
            return TORCH_TAR.contains(tarName(text))
                    ? "a tar archive of torch before 0.2 (load it in Python and torch.save it again)"
                    : "a tar archive";
        }
        if (begin[0] == (byte) 0x80 && begin.length > 1) {
            return "a pickle of protocol " + (begin[1] & 0xff);
        }
        if (EARLY_PICKLE.matcher(text).matches()) {
            return "a pickle of protocol 0 or 1 (load it in Python and dump it with protocol=4)";
        }
        return text(begin);
    }

    private static String tarName(String text) {
        int end = text.indexOf('\0');
        return end > 0 && end < TAR_NAME ? text.substring(0, end) : "";
    }

    private static String text(byte[] begin) {
        for (byte value : begin) {
            if (value >= 0 && value < ' ' && value != '\n' && value != '\r' && value != '\t' && value != '\f') {
                return OTHER;
            }
        }
        var text =
                new String(begin, StandardCharsets.UTF_8).replace("\ufeff", "").strip();
        var lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith("<!doctype html") || lower.startsWith("<html")) {
            return "a web page (HTML), perhaps of a download that failed";
        }
        if (lower.startsWith("<")) {
            return "an XML document, perhaps of a download that failed";
        }
        return text.startsWith("{") || text.startsWith("[") ? "JSON text" : "text";
    }
}
