package io.flowmap.scene;

/** Where the first object of a caption stands, seen from the second. */
public enum Relation {
    LEFT_OF("left of", null),
    RIGHT_OF("right of", null),
    ABOVE("above", "over"),
    BELOW("below", "under");

    private final String words;
    private final String synonym;

    Relation(String words, String synonym) {
        this.words = words;
        this.synonym = synonym;
    }

    /** Words of a caption. */
    public String words() {
        return words;
    }

    /** The other word for it, null if there is none. */
    public String synonym() {
        return synonym;
    }

    /** Whether it holds for a second object at (dx, dy) from the first: its direction is within 45 degrees of the relation's. */
    public boolean holds(double dx, double dy) {
        return switch (this) {
            case LEFT_OF -> dx > Math.abs(dy);
            case RIGHT_OF -> -dx > Math.abs(dy);
            case ABOVE -> dy > Math.abs(dx);
            case BELOW -> -dy > Math.abs(dx);
        };
    }

    boolean isHorizontal() {
        return this == LEFT_OF || this == RIGHT_OF;
    }

    /** Whether the first object of the caption has the smaller coordinate. */
    boolean isForward() {
        return this == LEFT_OF || this == ABOVE;
    }
}
