package io.flowmap.scene;

import io.flowmap.scene.Scene.Placed;
import io.flowmap.scene.Thing.Size;
import java.util.ArrayList;
import java.util.List;

/** How large objects are and where they stand. Captions and combinations are the same for both laws. */
public enum SceneLaw {
    /** Dark background; one object near the middle, two at fixed distances; sizes far apart. */
    FIRST(new double[] {3.5, 4, 5.5, 6}, new double[] {70, 70, 48}) {
        @Override
        Colour background(Draws draws) {
            return Colour.DARK;
        }

        @Override
        Placed one(Thing thing, double radius, Draws draws) {
            double x = Scene.SIDE / 2.0 + draws.between(-3, 3, Draws.ALONG);
            double y = Scene.SIDE / 2.0 + draws.between(-3, 3, Draws.ACROSS);
            return boxedAt(thing, radius, x, y);
        }

        @Override
        List<Placed> two(List<Thing> things, double[] radii, Relation relation, Draws draws) {
            double shared = draws.between(-3, 3, Draws.ACROSS);
            var placed = new ArrayList<Placed>();
            for (int i = 0; i < 2; i++) {
                double side = (i == 0) == relation.isForward() ? -8 : 8;
                double along = Scene.SIDE / 2.0 + side + draws.between(-0.5, 0.5, Draws.ALONG + i);
                double across = Scene.SIDE / 2.0 + shared + draws.between(-1, 1, Draws.OFFSET + i);
                placed.add(boxedAt(
                        things.get(i),
                        radii[i],
                        relation.isHorizontal() ? along : across,
                        relation.isHorizontal() ? across : along));
            }
            return placed;
        }

        private Placed boxedAt(Thing thing, double radius, double x, double y) {
            double below = (thing.shape().up(radius) - thing.shape().down(radius)) / 2;
            return placed(thing, radius, x, y + below);
        }
    },
    /** Dark or light background; objects anywhere on the canvas, at least 2 pixels apart; small ones very small. */
    HARD(new double[] {2.75, 3.5, 5, 6}, new double[] {58, 58, 40}) {
        private static final double MARGIN = 1;
        private static final double GAP = 2;

        @Override
        Colour background(Draws draws) {
            return draws.chance(0.5, Draws.BACKGROUND) ? Colour.LIGHT : Colour.DARK;
        }

        @Override
        Placed one(Thing thing, double radius, Draws draws) {
            var horizontal = Extent.of(thing.shape(), radius, true);
            var vertical = Extent.of(thing.shape(), radius, false);
            return placed(
                    thing,
                    radius,
                    draws.between(low(horizontal), high(horizontal), Draws.ALONG),
                    draws.between(low(vertical), high(vertical), Draws.ACROSS));
        }

        @Override
        List<Placed> two(List<Thing> things, double[] radii, Relation relation, Draws draws) {
            int first = relation.isForward() ? 0 : 1;
            var along = new Extent[2];
            var across = new Extent[2];
            for (int i = 0; i < 2; i++) {
                along[i] = Extent.of(things.get(i).shape(), radii[i], relation.isHorizontal());
                across[i] = Extent.of(things.get(i).shape(), radii[i], !relation.isHorizontal());
            }
            double slack = Scene.SIDE - 2 * MARGIN - GAP - along[0].length() - along[1].length();
            double u = draws.between(0, slack, Draws.ALONG);
            double v = draws.between(0, slack, Draws.ALONG + 1);
            double[] centres = new double[2];
            centres[first] = MARGIN + Math.min(u, v) + along[first].before();
            centres[1 - first] = MARGIN + Math.max(u, v) + along[first].length() + GAP + along[1 - first].before();
            double base = draws.between(
                    Math.max(low(across[0]), low(across[1])), Math.min(high(across[0]), high(across[1])), Draws.ACROSS);
            var placed = new ArrayList<Placed>();
            for (int i = 0; i < 2; i++) {
                double shifted = base + draws.between(-3, 3, Draws.OFFSET + i);
                double side = Math.min(Math.max(shifted, low(across[i])), high(across[i]));
                placed.add(placed(
                        things.get(i),
                        radii[i],
                        relation.isHorizontal() ? centres[i] : side,
                        relation.isHorizontal() ? side : centres[i]));
            }
            return placed;
        }

        private double low(Extent extent) {
            return MARGIN + extent.before();
        }

        private double high(Extent extent) {
            return Scene.SIDE - MARGIN - extent.after();
        }
    };

    private final double[] radii;
    private final double[] largeAreas;

    SceneLaw(double[] radii, double[] largeAreas) {
        this.radii = radii;
        this.largeAreas = largeAreas;
    }

    /** How far an object reaches from its centre along an axis. */
    private record Extent(double before, double after) {
        static Extent of(Shape shape, double radius, boolean horizontal) {
            return horizontal
                    ? new Extent(shape.side(radius), shape.side(radius))
                    : new Extent(shape.up(radius), shape.down(radius));
        }

        double length() {
            return before + after;
        }
    }

    /** Area in pixels above which an object of this shape is large: between the areas of small and of large ones. */
    public double largeArea(Shape shape) {
        return largeAreas[shape.ordinal()];
    }

    abstract Colour background(Draws draws);

    abstract Placed one(Thing thing, double radius, Draws draws);

    abstract List<Placed> two(List<Thing> things, double[] radii, Relation relation, Draws draws);

    /** Places one object, or two so that the relation holds. Every thing has its size. */
    List<Placed> place(List<Thing> things, Relation relation, Draws draws) {
        double[] drawn = new double[things.size()];
        for (int i = 0; i < drawn.length; i++) {
            int least = things.get(i).size() == Size.SMALL ? 0 : 2;
            drawn[i] = draws.between(radii[least], radii[least + 1], Draws.RADIUS + i);
        }
        return drawn.length == 1 ? List.of(one(things.get(0), drawn[0], draws)) : two(things, drawn, relation, draws);
    }

    private static Placed placed(Thing thing, double radius, double x, double y) {
        return new Placed(thing.colour(), thing.shape(), thing.size(), x, y, radius);
    }
}
