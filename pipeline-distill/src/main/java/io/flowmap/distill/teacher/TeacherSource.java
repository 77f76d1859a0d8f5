package io.flowmap.distill.teacher;

import io.flowmap.model.TeacherGraph;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;

/** Where an executor gets a teacher from: all that its arrays follow from, hashes of the files that hold them included. */
public interface TeacherSource extends Serializable {
    /** Reads the teacher's arrays. */
    TeacherGraph open(Configuration hadoop);
}
