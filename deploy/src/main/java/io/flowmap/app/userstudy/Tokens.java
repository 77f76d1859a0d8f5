package io.flowmap.app.userstudy;

import io.flowmap.config.UserError;
import io.flowmap.file.AtomicFile;
import io.flowmap.page.Csv;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Secret words by which participants reach their questions, and which tell nothing else of them. They are random, not drawn from the run's
 * seed, since nobody may guess them.
 */
final class Tokens {
    static final String FILE = "tokens.csv";
    /** Letters and digits that are not mistaken for each other. */
    private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

    private static final int LENGTH = 20;
    private static final List<String> HEAD = List.of("participant", "token");

    private Tokens() {}

    /** Writes a token for each participant. */
    static void write(FileSystem fileSystem, Path dir, int participants) {
        var random = new SecureRandom();
        var rows = new ArrayList<List<?>>();
        rows.add(HEAD);
        for (int participant = 1; participant <= participants; participant++) {
            var token = random.ints(LENGTH, 0, LETTERS.length())
                    .mapToObj(i -> String.valueOf(LETTERS.charAt(i)))
                    .collect(Collectors.joining());
            rows.add(List.of(participant, token));
        }
        AtomicFile.write(fileSystem, new Path(dir, FILE), Csv.of(rows).getBytes(StandardCharsets.UTF_8));
    }

    /** Participants by token. Throws {@link UserError} if the file does not have one for each. */
    static Map<String, Integer> read(FileSystem fileSystem, Path dir, int participants) {
        var file = new Path(dir, FILE);
        var lines = new String(AtomicFile.read(fileSystem, file), StandardCharsets.UTF_8)
                .lines()
                .toList();
        var tokens = new TreeMap<String, Integer>();
        for (int participant = 1; participant < lines.size(); participant++) {
            var cells = lines.get(participant).split(",");
            if (cells.length == 2 && cells[0].equals(Integer.toString(participant)) && !cells[1].isBlank()) {
                tokens.put(cells[1], participant);
            }
        }
        if (tokens.size() != participants || lines.size() != participants + 1) {
            throw new UserError("cannot read " + file + ": expected a token of each of " + participants
                    + " participants, got " + tokens.size());
        }
        return tokens;
    }
}
