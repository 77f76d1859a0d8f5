package io.flowmap.scene;

import java.util.Locale;

/** Shapes of objects about a centre, at a radius r. Right is x, down is y, in pixels. */
public enum Shape {
    /** A circle of radius r. */
    CIRCLE(1, 1, 1, Math.PI) {
        @Override
        double distance(double dx, double dy, double r) {
            return Math.sqrt(dx * dx + dy * dy) - r;
        }
    },
    /** A square of side 1.8 r. */
    SQUARE(0.9, 0.9, 0.9, 1.8 * 1.8) {
        @Override
        double distance(double dx, double dy, double r) {
            return Math.max(Math.abs(dx), Math.abs(dy)) - 0.9 * r;
        }
    },
    /** An equilateral triangle, tip up, about its centroid. */
    TRIANGLE(1.3 * Shape.SLOPE, 1.3, 0.65, 6 * Shape.SLOPE * 0.65 * 0.65) {
        @Override
        double distance(double dx, double dy, double r) {
            return Math.max(dy, SLOPE * Math.abs(dx) - 0.5 * dy) - 0.65 * r;
        }
    };

    private static final double SLOPE = 0.8660254037844386;

    private final double side;
    private final double up;
    private final double down;
    private final double area;

    /** Extents to either side, up and down, and the area, all at radius 1. */
    Shape(double side, double up, double down, double area) {
        this.side = side;
        this.up = up;
        this.down = down;
        this.area = area;
    }

    /** Signed distance of a point from the outline, negative inside. */
    abstract double distance(double dx, double dy, double r);

    /** Share (0..1) of the pixel with this centre that the shape covers: half a pixel either side of the outline is blended. */
    public double coverage(double dx, double dy, double r) {
        return Math.min(Math.max(0.5 - distance(dx, dy, r), 0), 1);
    }

    /** How far a shape of radius r reaches to the left and to the right. */
    public double side(double r) {
        return side * r;
    }

    public double up(double r) {
        return up * r;
    }

    public double down(double r) {
        return down * r;
    }

    /** Radius at which the shape has this area. */
    public double radius(double wanted) {
        return Math.sqrt(wanted / area);
    }

    /** Word of a caption. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
