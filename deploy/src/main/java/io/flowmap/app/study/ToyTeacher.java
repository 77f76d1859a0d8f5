package io.flowmap.app.study;

import io.flowmap.distill.teacher.Autoguidance;
import io.flowmap.distill.teacher.ClassifierFreeGuidance;
import io.flowmap.model.TeacherGraph;

/** The teachers in the plane, all in closed form. */
public enum ToyTeacher {
    /** The velocity of the class's data. */
    PLAIN {
        @Override
        TeacherGraph of(Toy2d toy) {
            return toy.teacher();
        }
    },
    /** lambda v + (1 - lambda) v_blurred, where v_blurred is the velocity of the blurred data. */
    AUTOGUIDED {
        @Override
        TeacherGraph of(Toy2d toy) {
            return new Autoguidance(toy.teacher(), toy.weakTeacher());
        }
    },
    /** lambda v + (1 - lambda) v_all, where v_all is the velocity of both classes' data. */
    CFG {
        @Override
        TeacherGraph of(Toy2d toy) {
            return new ClassifierFreeGuidance(toy.teacher());
        }
    };

    abstract TeacherGraph of(Toy2d toy);
}
