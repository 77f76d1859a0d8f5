package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Renders the texts of the notes with a real Zeppelin server, {@link ZeppelinScenario}. Needs its jars: -Pzeppelin. */
class ZeppelinTest {
    private static final Path SERVER = Path.of("zeppelin/target/lib").toAbsolutePath();

    @TempDir
    Path dir;

    @Test
    void theServerListsEveryNoteAndRendersItsText() throws IOException, InterruptedException {
        assumeTrue(Files.exists(SERVER), "skipped: expected the server's jars in " + SERVER + ", got none; -Pzeppelin");
        Isolated.require();
        var command = ForkedJvm.command(ZeppelinScenario.class);
        var notes = Deployed.ROOT.resolve("notebooks");
        command.addAll(List.of(dir.toString(), SERVER.toString(), notes.toString()));
        var text = Isolated.run(command, dir.resolve("log"), 10);
        assertThat(text).endsWith("\nexit=0\n");
        var found = Isolated.found(text);
        try (var files = Files.list(notes)) {
            assertThat(found.keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(file -> file.getFileName().toString().replaceFirst("_.*", ""))
                                    .toList());
        }
        // Zeppelin keeps the line breaks of the source.
        assertThat(found.values()).allSatisfy(html -> assertThat(html)
                .matches(".*<h2>[^<]+</h2> *<p>[^<].*</p>.*")
                .doesNotContain("<br"));
    }
}
