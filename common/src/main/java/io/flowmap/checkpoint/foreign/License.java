package io.flowmap.checkpoint.foreign;

import io.flowmap.checkpoint.pickle.Unpickler;
import io.flowmap.file.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The licence of a published model, as its folder states it. */
final class License {
    private static final int MOST = 1 << 16;
    private static final String FENCE = "---";

    private License() {}

    /**
     * The licence named in the head of README.md (license_name, else license), or the first line of LICENSE.md, LICENSE or LICENSE.txt;
     * empty if there is none.
     */
    static String of(FileSystem fileSystem, Path folder) {
        var head = head(text(fileSystem, new Path(folder, "README.md")));
        var named = head.getOrDefault("license_name", head.getOrDefault("license", ""));
        if (!named.isEmpty()) {
            return Unpickler.printable(named);
        }
        return List.of("LICENSE.md", "LICENSE", "LICENSE.txt").stream()
                .map(name -> text(fileSystem, new Path(folder, name)))
                .flatMap(String::lines)
                .map(line -> line.replaceAll("^[#\\s]+", "").strip())
                .filter(line -> !line.isEmpty())
                .findFirst()
                .map(Unpickler::printable)
                .orElse("");
    }

    /** Keys and values between the two lines of dashes that open a README of Hugging Face. */
    private static Map<String, String> head(String readme) {
        var head = new LinkedHashMap<String, String>();
        var lines = readme.lines().toList();
        if (lines.isEmpty() || !lines.get(0).strip().equals(FENCE)) {
            return head;
        }
        for (var line : lines.subList(1, lines.size())) {
            if (line.strip().equals(FENCE)) {
                break;
            }
            int colon = line.indexOf(':');
            if (colon > 0) {
                head.putIfAbsent(
                        line.substring(0, colon).strip(),
                        line.substring(colon + 1).strip().replaceAll("^[\"']|[\"']$", ""));
            }
        }
        return head;
    }

    /** The beginning of a file as text; "" if there is none. */
    private static String text(FileSystem fileSystem, Path file) {
        try {
            if (!fileSystem.exists(file) || fileSystem.getFileStatus(file).isDirectory()) {
                return "";
            }
            try (var in = Store.open(fileSystem, file)) {
                return new String(in.readNBytes(MOST), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw Store.failure("cannot read " + file, e);
        }
    }
}
