package io.flowmap.app;

import io.flowmap.app.launch.Application;
import io.flowmap.app.launch.Commands;
import io.flowmap.app.launch.ProgramLog;
import io.flowmap.app.launch.Stages;
import io.flowmap.stage.ProcessEnd;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;

/** The driver's main class, started by spark-submit. Exit codes are those of {@link Commands#EXIT_CODES}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        ProgramLog.configure();
        ProcessEnd.prepare();
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        var application = new Application(Stages.registered(), Clock.systemUTC(), out, err);
        application.answerSignals();
        ProcessEnd.exit(new Commands(Stages.registered(), Path.of(""), out, err, application::run).execute(arguments));
    }
}
