package io.flowmap.app.userstudy;

import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * A file of answers on this machine, a JSON line for each, only ever appended to. {@link #append} returns when the line is on the disk, so
 * that what was confirmed survives the end of the process and of the machine. One process writes at a time.
 */
final class AnswerFile implements Closeable {
    private final Path file;
    private final FileChannel channel;
    private final Answers answers;
    /** Whether the file may end in the middle of a line. */
    private boolean torn;

    private AnswerFile(Path file, FileChannel channel, Answers answers, boolean torn) {
        this.file = file;
        this.channel = channel;
        this.answers = answers;
        this.torn = torn;
    }

    /** Opens the file, or begins one. Throws {@link UserError} if another process writes there or its lines are of another plan. */
    static AnswerFile open(Path file, Plan.Stored study) {
        try {
            Files.createDirectories(file.getParent());
            var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            try {
                if (isTaken(channel)) {
                    throw new UserError("cannot write " + file + ": another flowmap study serve writes there");
                }
                var bytes = Files.readAllBytes(file);
                var answers = new Answers(study);
                answers.read(file.toString(), bytes);
                return new AnswerFile(file, channel, answers, bytes.length > 0 && bytes[bytes.length - 1] != '\n');
            } catch (UserError | IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw Store.failure("cannot open " + file, e);
        }
    }

    /** The lock lasts until the channel is closed. */
    private static boolean isTaken(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() == null;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }

    /**
     * Stores an answer that fits the plan, unless its question has one already. Returns whether it was stored now. After an {@link
     * IOException} the same answer may be tried again.
     */
    synchronized boolean append(Answer answer) throws IOException {
        if (answers.answer(answer.participant(), answer.question()) != null) {
            return false;
        }
        var line = (torn ? "\n" : "") + Json.mapper().writeValueAsString(answer) + "\n";
        var bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        torn = true;
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(false);
        torn = false;
        return answers.add(answer);
    }

    /** Choices of a participant by question. */
    synchronized Map<Integer, Integer> choices(int participant) {
        return answers.choices(participant);
    }

    /** Number of answers. */
    synchronized int count() {
        return answers.count();
    }

    Path path() {
        return file;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
