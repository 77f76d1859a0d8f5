package io.flowmap.app.userstudy;

/**
 * A line of a file of answers.
 *
 * @param plan SHA-256 of the study's plan
 * @param participant from 1
 * @param question number in the participant's list, from 0
 * @param choice position of the best image from 1, 0 if none is best
 * @param millis from the images' being shown to the answer
 */
record Answer(String plan, int participant, int question, int choice, long millis) {
    /** Throws {@link IllegalArgumentException} unless this answers a question of the plan. */
    void requireFits(Plan.Stored study) {
        if (!study.hash().equals(plan)) {
            throw new IllegalArgumentException("expected answers to the plan " + study.hash() + ", got one to " + plan);
        }
        int people = study.plan().participants().size();
        if (participant < 1 || participant > people) {
            throw new IllegalArgumentException("expected a participant from 1 to " + people + ", got " + participant);
        }
        int questions = study.plan().questions(participant).size();
        if (question < 0 || question >= questions) {
            throw new IllegalArgumentException("expected a question below " + questions + ", got " + question);
        }
        if (choice < 0 || choice > study.plan().compared() || millis < 0) {
            throw new IllegalArgumentException("expected a choice from 0 to "
                    + study.plan().compared() + " and 0 or more milliseconds, got " + choice + " and " + millis);
        }
    }
}
