package io.flowmap.ingest.image;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The supported formats, detected by a file's first bytes. File names are ignored. */
enum ImageFormat {
    JPEG("\u00ff\u00d8", JpegReader::new),
    PNG("\u0089PNG\r\n\u001a\n", PngReader::new),
    GIF("GIF8[79]a", GifReader::new),
    BMP("BM", BmpReader::new),
    TIFF("II[*+]\0|MM\0[*+]", TiffReader::new),
    WEBP("RIFF.{4}WEBP", WebpReader::new);

    private static final int HEAD = 512;
    private static final String READ = "JPEG, PNG, GIF, BMP, TIFF or WebP";

    /** Formats that are refused by name, with patterns of their first bytes. */
    private static final Map<String, Pattern> REFUSED = new TreeMap<>(Map.of(
            "AVIF", pattern(".{4}ftyp.{0,64}avi[fs]"),
            "HEIC", pattern(".{4}ftyp.{0,64}(hei[cfimsx]|hev[cmsx]|mif1|msf1)"),
            "JPEG 2000", pattern("\u00ff\u004f\u00ff\u0051|\0\0\0\u000cjP  "),
            "JPEG XL", pattern("\u00ff\n|\0\0\0\u000cJXL "),
            "PDF", pattern("%PDF-"),
            "PSD", pattern("8BPS"),
            "SVG", pattern("\\W*<(svg|(\\?xml|!--|!DOCTYPE svg).*<svg)\\b"),
            "a Git LFS pointer", pattern("version https://git-lfs"),
            "a web page", pattern("(?i)\\W*<(!DOCTYPE )?html")));

    private final Pattern start;
    private final Supplier<FormatReader> reader;

    ImageFormat(String start, Supplier<FormatReader> reader) {
        this.start = pattern(start);
        this.reader = reader;
    }

    FormatReader reader() {
        return reader.get();
    }

    /** Detects the format of a file. Throws {@link UnreadableRecord}, with the format's name if known, for an unsupported file. */
    static ImageFormat of(byte[] file) throws UnreadableRecord {
        if (file.length == 0) {
            throw new UnreadableRecord("empty file");
        }
        var head = new String(file, 0, Math.min(file.length, HEAD), StandardCharsets.ISO_8859_1);
        for (var format : values()) {
            if (format.start.matcher(head).lookingAt()) {
                return format;
            }
        }
        for (var other : REFUSED.entrySet()) {
            if (other.getValue().matcher(head).lookingAt()) {
                throw new UnreadableRecord(other.getKey() + ", expected " + READ);
            }
        }
        throw new UnreadableRecord("neither " + READ.replace(" or ", " nor "));
    }

    private static Pattern pattern(String start) {
        return Pattern.compile(start, Pattern.DOTALL);
    }
}
