package io.flowmap.app.userstudy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.flowmap.app.userstudy.Design.Kind;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.eval.preference.Exclusion;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A study's plan: everything that is shown and counted, fixed before anybody answers. The SHA-256 of its file stands in every answer.
 *
 * @param title headline of the page
 * @param question asked of every group of images
 * @param sets names of the sets
 * @param compared images in a question
 * @param exclude whose answers will not count
 * @param prompts text of each scene, empty if it has none
 * @param pictures by number, which is the name of the file and says nothing of the set
 * @param participants questions of each participant, in their order
 */
record Plan(
        String title,
        String question,
        List<String> sets,
        int compared,
        Exclusion exclude,
        List<String> prompts,
        List<Picture> pictures,
        List<List<Question>> participants) {
    static final String FILE = "plan.json";
    static final String PICTURES = "images";

    /**
     * An image.
     *
     * @param scrambled whether its pixels are in a random order
     * @param sha256 of the file
     */
    record Picture(int set, int scene, boolean scrambled, String sha256) {}

    /**
     * A question.
     *
     * @param pictures numbers of the pictures by position
     * @param repeats number of the question that it repeats, -1 for none
     */
    record Question(Kind kind, List<Integer> pictures, int repeats) {}

    /** A plan with the hash of its file. */
    record Stored(Plan plan, String hash) {}

    Plan {
        sets = List.copyOf(sets);
        prompts = List.copyOf(prompts);
        pictures = List.copyOf(pictures);
        participants = List.copyOf(participants);
        for (var questions : participants) {
            for (var asked : questions) {
                if (asked.pictures().size() != compared
                        || asked.repeats() >= questions.size()
                        || asked.kind() == Kind.REPEAT && asked.repeats() < 0) {
                    throw new IllegalArgumentException(
                            "expected questions of " + compared + " pictures and repeats of them, got " + asked);
                }
                for (int picture : asked.pictures()) {
                    if (picture < 0 || picture >= pictures.size()) {
                        throw new IllegalArgumentException(
                                "expected one of " + pictures.size() + " pictures, got " + picture);
                    }
                }
            }
        }
    }

    /** Writes the file and returns its hash. */
    String write(FileSystem fileSystem, Path dir) {
        byte[] bytes = Json.pretty(this).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(fileSystem, new Path(dir, FILE), bytes);
        return Sha256.of(bytes);
    }

    /** Reads the file. Throws {@link UserError} if it is no plan. */
    static Stored read(FileSystem fileSystem, Path dir) {
        var file = new Path(dir, FILE);
        byte[] bytes = AtomicFile.read(fileSystem, file);
        try {
            return new Stored(Json.mapper().readValue(bytes, Plan.class), Sha256.of(bytes));
        } catch (JsonProcessingException e) {
            throw new UserError("cannot read " + file + ": expected a study's plan: " + Json.complaint(e), e);
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** Questions of a participant, counted from 1. */
    List<Question> questions(int participant) {
        return participants.get(participant - 1);
    }

    /** Text above a question. */
    String prompt(Question question) {
        return prompts.get(scene(question));
    }

    int scene(Question question) {
        return pictures.get(question.pictures().get(0)).scene();
    }

    /** Set of the picture at each position. */
    int[] shown(Question question) {
        return question.pictures().stream()
                .mapToInt(picture -> pictures.get(picture).set())
                .toArray();
    }

    /** Path of a picture. */
    static Path picture(Path dir, int number) {
        return new Path(new Path(dir, PICTURES), number + ".png");
    }
}
