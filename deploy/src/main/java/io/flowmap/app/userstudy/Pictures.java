package io.flowmap.app.userstudy;

import io.flowmap.app.userstudy.Design.Asked;
import io.flowmap.app.userstudy.Design.Kind;
import io.flowmap.app.userstudy.Plan.Picture;
import io.flowmap.app.userstudy.Plan.Question;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.data.SampleRecord;
import io.flowmap.data.SampleSchema;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Sha256;
import io.flowmap.page.PngImage;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** The pictures of a study: numbers them at random, and writes those that are shown as PNG files. */
final class Pictures {
    private static final long NUMBERS = 6;
    private static final long PIXELS = 7;

    private record Key(int set, int scene, boolean scrambled) {}

    private final CounterRandom random;
    private final Map<Key, Integer> numbers = new HashMap<>();
    private final List<List<Question>> participants = new ArrayList<>();
    private final Picture[] pictures;
    private int[] labels;
    private LatentShape shape;

    /** @param participants questions of each participant */
    Pictures(List<List<Asked>> participants, long seed) {
        this.random = new CounterRandom(seed);
        var keys = participants.stream()
                .flatMap(questions -> questions.stream().flatMap(asked -> keys(asked).stream()))
                .distinct()
                .toList();
        int[] order = random.permutation(keys.size(), NUMBERS);
        for (int i = 0; i < order.length; i++) {
            numbers.put(keys.get(i), order[i]);
        }
        for (var questions : participants) {
            this.participants.add(questions.stream()
                    .map(asked -> new Question(
                            asked.kind(),
                            keys(asked).stream().map(numbers::get).toList(),
                            asked.kind() == Kind.REPEAT ? asked.mark() : -1))
                    .toList());
        }
        this.pictures = new Picture[keys.size()];
    }

    private static List<Key> keys(Asked asked) {
        var keys = new ArrayList<Key>();
        for (int position = 0; position < asked.shown().size(); position++) {
            boolean scrambled = asked.kind() == Kind.CHECK && position != asked.mark();
            keys.add(new Key(asked.shown().get(position), asked.scene(), scrambled));
        }
        return keys;
    }

    /**
     * Writes the pictures of a set. Throws {@link UserError} if it has fewer samples than scenes, or samples of other classes than the sets
     * written before.
     *
     * @param number of the set
     * @param name of the set, for messages
     */
    void write(
            SparkSession spark, FileSystem fileSystem, Path dir, int number, String name, SampleSet set, int scenes) {
        var found = new int[scenes];
        Arrays.fill(found, Integer.MIN_VALUE);
        var rows = set.rows(spark).filter(functions.col("index").lt(scenes)).toLocalIterator();
        while (rows.hasNext()) {
            var sample = SampleSchema.record(rows.next());
            int scene = (int) sample.index();
            found[scene] = sample.label();
            if (shape == null) {
                shape = sample.shape();
            } else if (!shape.equals(sample.shape())) {
                throw new UserError("cannot make a study with set " + name + ": expected images of " + shape + ", got "
                        + sample.shape() + " as sample " + scene);
            }
            for (boolean scrambled : new boolean[] {false, true}) {
                var picture = numbers.get(new Key(number, scene, scrambled));
                if (picture != null) {
                    write(fileSystem, dir, picture, new Key(number, scene, scrambled), sample);
                }
            }
        }
        for (int scene = 0; scene < scenes; scene++) {
            if (found[scene] == Integer.MIN_VALUE) {
                throw new UserError("cannot make a study with set " + name + ": expected samples 0 to " + (scenes - 1)
                        + " (study.make.scenes), got no sample " + scene + " in " + set.path());
            }
        }
        if (labels != null && !Arrays.equals(labels, found)) {
            int scene = Arrays.mismatch(labels, found);
            throw new UserError("cannot make a study with set " + name
                    + ": expected samples of the same classes as the other" + " sets, got class " + found[scene]
                    + " instead of " + labels[scene] + " of sample " + scene);
        }
        labels = found;
    }

    private void write(FileSystem fileSystem, Path dir, int number, Key key, SampleRecord sample) {
        byte[] pixels = key.scrambled() ? scrambled(sample.image(), key) : sample.image();
        byte[] png = PngImage.grid(List.of(List.of(pixels)), sample.shape(), 1).png();
        AtomicFile.write(fileSystem, Plan.picture(dir, number), png);
        pictures[number] = new Picture(key.set(), key.scene(), key.scrambled(), Sha256.of(png));
    }

    /** The pixels in a random order, the same for all channels. */
    private byte[] scrambled(byte[] pixels, Key key) {
        int plane = shape.height() * shape.width();
        int[] order = random.permutation(plane, PIXELS, key.set(), key.scene());
        var scrambled = new byte[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            scrambled[i] = pixels[i / plane * plane + order[i % plane]];
        }
        return scrambled;
    }

    /** Class of each scene, -1 for none. */
    int[] labels() {
        return labels.clone();
    }

    List<Picture> pictures() {
        return List.of(pictures);
    }

    List<List<Question>> participants() {
        return List.copyOf(participants);
    }
}
