package io.flowmap.app.userstudy;

import io.flowmap.app.userstudy.Design.Asked;
import io.flowmap.app.userstudy.Design.Kind;
import io.flowmap.app.userstudy.Plan.Picture;
import io.flowmap.app.userstudy.Plan.Question;
import io.flowmap.config.Json;
import io.flowmap.data.LatentShape;
import io.flowmap.eval.preference.Exclusion;
import io.flowmap.file.Sha256;
import io.flowmap.page.PngImage;
import io.flowmap.tensor.CounterRandom;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Studies of three sets of drawn images in ten scenes, for tests. */
final class SmallStudy {
    static final int SCENES = 10;
    private static final int SETS = 3;
    private static final LatentShape SHAPE = new LatentShape(3, 32, 32);
    private static final int INTACT = SETS * SCENES;

    private SmallStudy() {}

    /** A plan; with two questions to a scene and set of images, every other question is a check or a repeat. */
    static Plan.Stored plan(int participants, int compared, int questions) {
        var design = new Design(SETS, compared, SCENES, 5);
        var lists = new ArrayList<List<Question>>();
        for (int i = 0; i < participants; i++) {
            lists.add(design.next(i, questions, 1, 1).stream()
                    .map(SmallStudy::question)
                    .toList());
        }
        var pictures = IntStream.range(0, 2 * INTACT)
                .mapToObj(number ->
                        new Picture(number % SETS, number % INTACT / SETS, number >= INTACT, Sha256.of(png(number))))
                .toList();
        var prompts = IntStream.range(0, SCENES)
                .mapToObj(scene -> "a drawing of <thing> & number " + scene)
                .toList();
        var plan = new Plan(
                "A study of drawings",
                "Which image is best?",
                List.of("red", "green", "blue"),
                compared,
                new Exclusion(0.5, 0.5, 0, 1),
                prompts,
                pictures,
                lists);
        return new Plan.Stored(plan, Sha256.of(Json.pretty(plan).getBytes(StandardCharsets.UTF_8)));
    }

    private static Question question(Asked asked) {
        var pictures = IntStream.range(0, asked.shown().size())
                .mapToObj(position -> asked.scene() * SETS
                        + asked.shown().get(position)
                        + (asked.kind() == Kind.CHECK && position != asked.mark() ? INTACT : 0))
                .toList();
        return new Question(asked.kind(), pictures, asked.kind() == Kind.REPEAT ? asked.mark() : -1);
    }

    /** Tokens t1, t2, ... of the participants. */
    static Map<String, Integer> tokens(int participants) {
        return IntStream.rangeClosed(1, participants)
                .boxed()
                .collect(Collectors.toMap(participant -> "t" + participant, participant -> participant));
    }

    /** A circle whose size is the scene's and whose colour is the set's; noise if scrambled. */
    static byte[] png(int number) {
        var pixels = new byte[SHAPE.size()];
        var random = new CounterRandom(number);
        int plane = SHAPE.height() * SHAPE.width();
        for (int i = 0; i < plane; i++) {
            int x = i % SHAPE.width() - 16;
            int y = i / SHAPE.width() - 16;
            boolean inside = x * x + y * y < 30 + 20 * (number % INTACT / SETS);
            for (int channel = 0; channel < 3; channel++) {
                int value = inside ? channel == number % SETS ? 220 : 60 : 240;
                pixels[channel * plane + i] = (byte) (number < INTACT ? value : random.below(256, i, channel));
            }
        }
        return PngImage.grid(List.of(List.of(pixels)), SHAPE, 1).png();
    }
}
