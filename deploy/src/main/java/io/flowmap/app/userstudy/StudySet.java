package io.flowmap.app.userstudy;

/**
 * A set of samples that takes part in a study.
 *
 * @param name in the result; participants do not see it
 * @param samples directory that {@code generate} wrote; empty for that of the run
 * @param model student or teacher
 * @param guidance weight lambda
 * @param steps of the sampler
 */
record StudySet(String name, String samples, String model, double guidance, int steps) {
    StudySet {
        if (name.isBlank()) {
            throw new IllegalArgumentException("expected a name of every set, got blank text");
        }
    }
}
