package io.flowmap.app.userstudy;

import io.flowmap.eval.preference.Tally;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Who is asked what, in which order, at which positions. Combinations of a scene (prompt and seed) and a group of sets are dealt from a
 * shuffled deck, with the groups in turn, and dealt again when all have been: how often two of them are asked differs by at most one. The
 * orders of a group follow each other in shuffled rounds of all m! of them, so that no set stands at one position more often than at another
 * by more than a part of a round. Checks and repeats are balanced likewise.
 */
final class Design {
    /** What a question is for. */
    enum Kind {
        /** Counts. */
        QUESTION,
        /** One image is intact and the others are scrambled copies of it: whoever looks knows the answer. */
        CHECK,
        /** An earlier question again, with the images at other positions. */
        REPEAT
    }

    /**
     * A question to a participant.
     *
     * @param scene prompt and seed
     * @param shown set of samples at each position; all the same in a check
     * @param mark the position of the intact image in a check, the number of the earlier question in a repeat, otherwise -1
     */
    record Asked(Kind kind, int scene, List<Integer> shown, int mark) {}

    private record Card(int scene, int group) {}

    private static final long DECK = 1;
    private static final long ORDERS = 2;
    private static final long MIX = 3;
    private static final long CHECKS = 4;
    private static final long REPEATS = 5;

    private final int sets;
    private final int compared;
    private final int scenes;
    private final List<int[]> groups;
    private final List<int[]> orders;
    private final CounterRandom random;
    private final Deque<Card> deck = new ArrayDeque<>();
    private final Map<Integer, Integer> asked = new HashMap<>();
    private int rounds;
    private int checked;

    /**
     * @param sets sets of samples
     * @param compared images in a question, 2 or 3 and no more than sets
     * @param scenes prompts and seeds
     */
    Design(int sets, int compared, int scenes, long seed) {
        this.sets = sets;
        this.compared = compared;
        this.scenes = scenes;
        this.groups = Tally.sets(sets, compared);
        this.orders = orders(compared);
        this.random = new CounterRandom(seed);
    }

    /** Number of different questions. */
    int combinations() {
        return scenes * groups.size();
    }

    /**
     * The questions of the next participant, in their order. Repeats come in the second half, of questions of the first.
     *
     * @param questions at most {@link #combinations}
     * @param repeats at most (questions - checks) / 2
     */
    List<Asked> next(int participant, int questions, int checks, int repeats) {
        var all = new ArrayList<Asked>();
        for (var card : deal(questions)) {
            int[] group = groups.get(card.group());
            all.add(new Asked(
                    Kind.QUESTION,
                    card.scene(),
                    Arrays.stream(order(card.group())).mapToObj(k -> group[k]).toList(),
                    -1));
        }
        for (int i = 0; i < checks; i++) {
            int set = (int) random.below(sets, CHECKS, participant, i, 0);
            int scene = (int) random.below(scenes, CHECKS, participant, i, 1);
            all.add(new Asked(Kind.CHECK, scene, Collections.nCopies(compared, set), checked++ % compared));
        }
        return withRepeats(participant, mixed(participant, all), repeats);
    }

    private List<Card> deal(int questions) {
        var hand = new ArrayList<Card>();
        var aside = new ArrayDeque<Card>();
        var seen = new HashSet<Card>();
        while (hand.size() < questions) {
            if (deck.isEmpty()) {
                shuffle();
            }
            var card = deck.poll();
            if (seen.add(card)) {
                hand.add(card);
            } else {
                aside.add(card);
            }
        }
        while (!aside.isEmpty()) {
            deck.addFirst(aside.pollLast());
        }
        return hand;
    }

    private void shuffle() {
        var byGroup = new ArrayList<int[]>();
        for (int group = 0; group < groups.size(); group++) {
            byGroup.add(random.permutation(scenes, DECK, rounds, group));
        }
        for (int i = 0; i < combinations(); i++) {
            int group = i % groups.size();
            deck.add(new Card(byGroup.get(group)[i / groups.size()], group));
        }
        rounds++;
    }

    private int[] order(int group) {
        int number = asked.merge(group, 1, Integer::sum) - 1;
        int[] round = random.permutation(orders.size(), ORDERS, group, number / orders.size());
        return orders.get(round[number % orders.size()]);
    }

    private List<Asked> mixed(int participant, List<Asked> all) {
        return Arrays.stream(random.permutation(all.size(), MIX, participant))
                .mapToObj(all::get)
                .toList();
    }

    private List<Asked> withRepeats(int participant, List<Asked> all, int repeats) {
        int half = (all.size() + 1) / 2;
        var result = new ArrayList<>(all.subList(0, half));
        var originals = new ArrayList<Integer>();
        for (int i : random.permutation(half, REPEATS, participant, 0)) {
            if (originals.size() < repeats && all.get(i).kind() == Kind.QUESTION) {
                originals.add(i);
            }
        }
        var later = new ArrayList<>(all.subList(half, all.size()));
        for (int original : originals) {
            var question = all.get(original);
            var shown = new ArrayList<>(question.shown());
            Collections.rotate(shown, 1);
            later.add(new Asked(Kind.REPEAT, question.scene(), List.copyOf(shown), original));
        }
        for (int i : random.permutation(later.size(), REPEATS, participant, 1)) {
            result.add(later.get(i));
        }
        return List.copyOf(result);
    }

    private static List<int[]> orders(int size) {
        return size == 2
                ? List.of(new int[] {0, 1}, new int[] {1, 0})
                : List.of(
                        new int[] {0, 1, 2},
                        new int[] {1, 2, 0},
                        new int[] {2, 0, 1},
                        new int[] {0, 2, 1},
                        new int[] {2, 1, 0},
                        new int[] {1, 0, 2});
    }
}
