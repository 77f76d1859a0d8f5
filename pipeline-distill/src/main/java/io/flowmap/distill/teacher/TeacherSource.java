package io.flowmap.distill.teacher;

import io.flowmap.model.TeacherGraph;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;

/** A recipe from which executors load a teacher. It identifies the teacher completely, including hashes of its files. */
public interface TeacherSource extends Serializable {
    /** Reads the teacher's arrays. */
    TeacherGraph open(Configuration hadoop);
}
