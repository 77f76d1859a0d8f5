package io.flowmap.app.doctor;

/**
 * A problem of a cluster.
 *
 * @param refused whether the program would fail later or give other bits; if not, it would only be slow
 * @param what expected and actual state
 * @param fix what the user should change
 */
record Finding(boolean refused, String what, String fix) {
    static Finding refuse(String what, String fix) {
        return new Finding(true, what, fix);
    }

    static Finding warn(String what, String fix) {
        return new Finding(false, what, fix);
    }

    String text() {
        return what + " (" + fix + ")";
    }
}
