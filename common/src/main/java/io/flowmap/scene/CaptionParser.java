package io.flowmap.scene;

import io.flowmap.scene.Thing.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads captions of the grammar {@code [there is] a [size] colour shape [relation a [size] colour shape]}, in lower case. */
final class CaptionParser {
    private static final String GRAMMAR =
            "[there is] a [small|large|tiny|big] red|green|blue|yellow circle|square|triangle,"
                    + " alone or followed by left of|right of|above|below|over|under|and and another object";

    private final List<String> words;
    private int at;

    CaptionParser(String caption) {
        words = Arrays.asList(caption.strip().split("\\s+"));
    }

    ScenePrompt prompt() {
        if (takes("there") && !takes("is")) {
            throw unexpected();
        }
        var things = new ArrayList<>(List.of(thing()));
        Relation relation = null;
        if (at < words.size()) {
            relation = relation();
            things.add(thing());
        }
        if (at < words.size()) {
            throw unexpected();
        }
        return new ScenePrompt(things, relation);
    }

    private Thing thing() {
        if (!takes("a")) {
            throw unexpected();
        }
        var size = size();
        var colour = colour();
        return new Thing(size, colour, shape());
    }

    private Size size() {
        for (var size : Size.values()) {
            if (takes(size.word()) || takes(size.synonym())) {
                return size;
            }
        }
        return null;
    }

    private Colour colour() {
        for (var colour : Colour.OF_OBJECTS) {
            if (takes(colour.word())) {
                return colour;
            }
        }
        throw unexpected();
    }

    private Shape shape() {
        for (var shape : Shape.values()) {
            if (takes(shape.word())) {
                return shape;
            }
        }
        throw unexpected();
    }

    private Relation relation() {
        for (var relation : Relation.values()) {
            if (takes(relation.words().split(" ")) || relation.synonym() != null && takes(relation.synonym())) {
                return relation;
            }
        }
        if (takes("and")) {
            return null;
        }
        throw unexpected();
    }

    private boolean takes(String... wanted) {
        int end = at + wanted.length;
        if (end > words.size() || !words.subList(at, end).equals(Arrays.asList(wanted))) {
            return false;
        }
        at = end;
        return true;
    }

    private IllegalArgumentException unexpected() {
        var got = at < words.size() ? "\"" + words.get(at) + "\" as word " + (at + 1) : "its end after word " + at;
        return new IllegalArgumentException("expected " + GRAMMAR + ", got " + got);
    }
}
