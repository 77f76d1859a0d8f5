package io.flowmap.scene;

import java.util.Locale;

/**
 * An object as a caption describes it.
 *
 * @param size null if the caption does not state it
 * @param colour a colour of objects
 */
public record Thing(Size size, Colour colour, Shape shape) {
    public Thing {
        if (colour.isBackground()) {
            throw new IllegalArgumentException("expected the colour of an object, got " + colour);
        }
    }

    /** Sizes of objects. */
    public enum Size {
        SMALL("tiny"),
        LARGE("big");

        private final String synonym;

        Size(String synonym) {
            this.synonym = synonym;
        }

        /** Word of a caption. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The other word for it. */
        public String synonym() {
            return synonym;
        }
    }

    /** Whether training scenes of two objects never show this combination: a red triangle or a blue circle. */
    public boolean isHeldOut() {
        return colour == Colour.RED && shape == Shape.TRIANGLE || colour == Colour.BLUE && shape == Shape.CIRCLE;
    }
}
