package io.flowmap.scene;

import java.util.List;
import java.util.Locale;

/** Colours of a scene, in 0..255: two of backgrounds and four of objects. */
public enum Colour {
    DARK(24, 24, 32),
    LIGHT(232, 232, 224),
    RED(220, 40, 40),
    GREEN(40, 180, 70),
    BLUE(50, 90, 230),
    YELLOW(245, 205, 40);

    /** Colours of objects, in the order in which laws draw them. */
    public static final List<Colour> OF_OBJECTS = List.of(RED, GREEN, BLUE, YELLOW);

    private final int red;
    private final int green;
    private final int blue;

    Colour(int red, int green, int blue) {
        this.red = red;
        this.green = green;
        this.blue = blue;
    }

    /** Value of a channel: 0 red, 1 green, 2 blue. */
    public int channel(int channel) {
        return channel == 0 ? red : channel == 1 ? green : blue;
    }

    public boolean isBackground() {
        return this == DARK || this == LIGHT;
    }

    /** Word of a caption. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
