package io.flowmap.eval.preference;

/**
 * A participant's answer to one question: which of the shown images is best.
 *
 * @param scene prompt and seed of the images, the same for all of them
 * @param shown item (model) of the image at each position, all different
 * @param choice position of the best image, {@link #TIE} if none is best
 */
public record Judgement(int scene, int[] shown, int choice) {
    /** Choice of none, and the item that a tie stands for. */
    public static final int TIE = -1;

    public Judgement {
        if (choice < TIE || choice >= shown.length) {
            throw new IllegalArgumentException(
                    "expected a choice from -1 to " + (shown.length - 1) + ", got " + choice);
        }
    }

    /** The item chosen, {@link #TIE} if none. */
    public int chosen() {
        return choice == TIE ? TIE : shown[choice];
    }
}
