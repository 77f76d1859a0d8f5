package io.flowmap.app.userstudy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** A study's server as a process that tests can kill. Arguments: participants, images, questions, port, file of answers. */
public final class ServerProcess {
    private ServerProcess() {}

    public static void main(String[] arguments) throws IOException {
        int participants = Integer.parseInt(arguments[0]);
        var study = SmallStudy.plan(participants, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        new StudyServer(
                new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[3])),
                study,
                SmallStudy.tokens(participants),
                SmallStudy::png,
                AnswerFile.open(Path.of(arguments[4]), study),
                () -> {});
    }
}
