package io.flowmap.app.doctor;

/**
 * Something that is wrong with a cluster.
 *
 * @param refused whether the program would fail, or give other bits, later; else it would be slow
 * @param what expected and found
 * @param fix what to set
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
