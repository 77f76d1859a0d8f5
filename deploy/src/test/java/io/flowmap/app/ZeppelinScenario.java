package io.flowmap.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Starts a Zeppelin server on notes and has its markdown interpreter render their texts; prints the results as "found NOTE=HTML". */
final class ZeppelinScenario {
    private static final String API = "http://127.0.0.1:18088/api/";
    private static final String SITE = "<configuration>%s</configuration>";
    private static final String PROPERTY = "<property><name>%s</name><value>%s</value></property>";
    private static final int SECONDS = 120;

    /** Main class of the interpreter process. Zeppelin calls it with -d directory -c host -p port -r ports -i group and more. */
    private static final String INTERPRETER =
            """
            #!/bin/sh
            while getopts "d:c:p:r:i:l:g:u:v:" option; do
                case $option in d) dir=$OPTARG ;; c) host=$OPTARG ;; p) port=$OPTARG ;; r) ports=$OPTARG ;; i) group=$OPTARG ;; esac
            done
            exec java -Xmx256m -cp "$dir/*" org.apache.zeppelin.interpreter.remote.RemoteInterpreterServer \
                "$host" "$port" "$group" "$ports"
            """;

    private final HttpClient client = HttpClient.newHttpClient();

    private ZeppelinScenario() {}

    /** Arguments: an empty directory, the directory of the server's jars, the directory of the notes. */
    public static void main(String[] arguments) throws Exception {
        var home = Path.of(arguments[0], "home");
        lay(home, Path.of(arguments[1]), Path.of(arguments[2]));
        var server = server(home, arguments[1]);
        try {
            new ZeppelinScenario().setEveryNote(server);
        } finally {
            server.descendants().forEach(ProcessHandle::destroyForcibly);
            server.destroyForcibly().waitFor();
        }
    }

    private static void lay(Path home, Path jars, Path notes) throws IOException {
        for (var folder : List.of("bin", "conf", "interpreter", "war", "notebook")) {
            Files.createDirectories(home.resolve(folder));
        }
        Files.createSymbolicLink(home.resolve("interpreter/md"), jars);
        var interpreter = Files.writeString(home.resolve("bin/interpreter.sh"), INTERPRETER);
        if (!interpreter.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + interpreter + " executable");
        }
        var settings = List.of(
                List.of("zeppelin.server.addr", "127.0.0.1"),
                List.of("zeppelin.server.port", "18088"),
                List.of("zeppelin.war", home.resolve("war").toString()),
                List.of("zeppelin.angular.war", home.resolve("war").toString()),
                List.of("zeppelin.notebook.storage", "org.apache.zeppelin.notebook.repo.VFSNotebookRepo"),
                List.of("zeppelin.search.enable", "false"));
        var properties = settings.stream().map(pair -> String.format(PROPERTY, pair.get(0), pair.get(1)));
        Files.writeString(
                home.resolve("conf/zeppelin-site.xml"), String.format(SITE, String.join("", properties.toList())));
        try (var files = Files.list(notes)) {
            for (var file : files.toList()) {
                Files.copy(file, home.resolve("notebook").resolve(file.getFileName()));
            }
        }
    }

    private static Process server(Path home, String jars) throws IOException {
        var builder = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx512m",
                "-Dzeppelin.home=" + home,
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "-cp",
                home.resolve("conf") + ":" + jars + "/*",
                "org.apache.zeppelin.server.ZeppelinServer");
        builder.environment().put("ZEPPELIN_HOME", home.toString());
        builder.environment().put("ZEPPELIN_CONF_DIR", home.resolve("conf").toString());
        builder.environment().put("ZEPPELIN_LOCAL_IP", "127.0.0.1");
        builder.environment().put("ZEPPELIN_IDENT_STRING", "test");
        return builder.directory(home.toFile()).inheritIO().start();
    }

    private void setEveryNote(Process server) throws IOException, InterruptedException {
        for (var note : notes(server)) {
            var id = note.get("id").asText();
            for (var paragraph : ask("GET", "notebook/" + id).at("/body/paragraphs")) {
                if (paragraph.get("text").asText().startsWith("%md")) {
                    var run = ask(
                            "POST",
                            "notebook/run/" + id + "/" + paragraph.get("id").asText());
                    var html = run.at("/body/code").asText().equals("SUCCESS")
                            ? run.at("/body/msg/0/data").asText()
                            : run.toString();
                    System.out.println(
                            "found " + note.get("path").asText().substring(1) + "=" + html.replace('\n', ' '));
                }
            }
        }
    }

    /** The server's list of notes, as soon as it responds. */
    private JsonNode notes(Process server) throws IOException, InterruptedException {
        for (int second = 0; server.isAlive() && second < SECONDS; second++) {
            try {
                return ask("GET", "notebook").get("body");
            } catch (IOException e) {
                Thread.sleep(1000);
            }
        }
        throw new IOException("expected a response from the server within  " + SECONDS + " s, got none");
    }

    private JsonNode ask(String method, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(API + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        var answer = client.send(request, BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("cannot " + method + " " + path + ": expected status 200, got " + answer.statusCode()
                    + " " + answer.body());
        }
        return Json.mapper().readTree(answer.body());
    }
}
