package io.flowmap.ingest.source;

/** Outlines of the ten classes of the embedded dataset. Each shape fills the unit disc; x points right, y points down. */
enum Shape {
    DISC {
        @Override
        boolean covers(double x, double y) {
            return x * x + y * y < 0.85 * 0.85;
        }
    },
    RING {
        @Override
        boolean covers(double x, double y) {
            double square = x * x + y * y;
            return square < 0.95 * 0.95 && square > 0.55 * 0.55;
        }
    },
    SQUARE {
        @Override
        boolean covers(double x, double y) {
            return Math.max(Math.abs(x), Math.abs(y)) < 0.72;
        }
    },
    FRAME {
        @Override
        boolean covers(double x, double y) {
            double reach = Math.max(Math.abs(x), Math.abs(y));
            return reach < 0.85 && reach > 0.5;
        }
    },
    TRIANGLE {
        @Override
        boolean covers(double x, double y) {
            return y < 0.65 && y > 2 * Math.abs(x) - 0.95;
        }
    },
    PLUS {
        @Override
        boolean covers(double x, double y) {
            double across = Math.min(Math.abs(x), Math.abs(y));
            return across < 0.22 && Math.max(Math.abs(x), Math.abs(y)) < 0.95;
        }
    },
    CROSS {
        @Override
        boolean covers(double x, double y) {
            return PLUS.covers((x + y) * HALF_TURN, (x - y) * HALF_TURN);
        }
    },
    HORIZONTAL_BARS {
        @Override
        boolean covers(double x, double y) {
            double line = Math.abs(y);
            return Math.abs(x) < 0.9 && (line < 0.17 || line > 0.5 && line < 0.84);
        }
    },
    VERTICAL_BARS {
        @Override
        boolean covers(double x, double y) {
            return HORIZONTAL_BARS.covers(y, x);
        }
    },
    CRESCENT {
        @Override
        boolean covers(double x, double y) {
            double hollow = x - 0.5;
            return x * x + y * y < 0.95 * 0.95 && hollow * hollow + y * y > 0.75 * 0.75;
        }
    };

    private static final double HALF_TURN = StrictMath.sqrt(0.5);

    abstract boolean covers(double x, double y);
}
