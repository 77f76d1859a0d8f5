package io.flowmap.eval.scene;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The 4-connected components of a mask. */
final class Components {
    private static final int NONE = -1;

    private final int side;
    private final int[] component;
    private final List<int[]> members = new ArrayList<>();

    /** @param mask square image of {@code side} columns */
    Components(boolean[] mask, int side) {
        this.side = side;
        component = new int[mask.length];
        Arrays.fill(component, NONE);
        for (int start = 0; start < mask.length; start++) {
            if (mask[start] && component[start] == NONE) {
                members.add(filled(mask, start));
            }
        }
    }

    int count() {
        return members.size();
    }

    /** The pixels of a component. */
    int[] members(int number) {
        return members.get(number);
    }

    /** The pixels of a component and those beside it, also diagonally, that belong to no other component. */
    int[] surrounded(int number) {
        var near = new boolean[component.length];
        for (int pixel : members.get(number)) {
            for (int row = Math.max(pixel / side - 1, 0); row <= Math.min(pixel / side + 1, side - 1); row++) {
                for (int column = Math.max(pixel % side - 1, 0);
                        column <= Math.min(pixel % side + 1, side - 1);
                        column++) {
                    int owner = component[row * side + column];
                    near[row * side + column] |= owner == NONE || owner == number;
                }
            }
        }
        return pixels(near);
    }

    private int[] filled(boolean[] mask, int start) {
        var inside = new boolean[mask.length];
        var open = new ArrayDeque<Integer>();
        take(mask, start, inside, open);
        while (!open.isEmpty()) {
            int pixel = open.remove();
            if (pixel % side > 0) {
                take(mask, pixel - 1, inside, open);
            }
            if (pixel % side < side - 1) {
                take(mask, pixel + 1, inside, open);
            }
            if (pixel >= side) {
                take(mask, pixel - side, inside, open);
            }
            if (pixel + side < mask.length) {
                take(mask, pixel + side, inside, open);
            }
        }
        return pixels(inside);
    }

    private void take(boolean[] mask, int pixel, boolean[] inside, ArrayDeque<Integer> open) {
        if (mask[pixel] && !inside[pixel]) {
            inside[pixel] = true;
            component[pixel] = members.size();
            open.add(pixel);
        }
    }

    private static int[] pixels(boolean[] inside) {
        int[] pixels = new int[inside.length];
        int count = 0;
        for (int i = 0; i < inside.length; i++) {
            if (inside[i]) {
                pixels[count++] = i;
            }
        }
        return Arrays.copyOf(pixels, count);
    }
}
