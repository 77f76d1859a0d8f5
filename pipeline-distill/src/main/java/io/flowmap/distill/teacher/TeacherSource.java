package io.flowmap.distill.teacher;

import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;

/** Where an executor gets a teacher from. Its text identifies it: equal texts mean equal teachers. */
public interface TeacherSource extends Serializable {
    /** Reads the teacher's arrays. */
    TeacherGraph open(Configuration hadoop);
}
