package io.flowmap.distill.teacher;

import io.flowmap.autodiff.Shapes;
import io.flowmap.distill.objective.StudentProgram;
import io.flowmap.flow.NetworkField;
import io.flowmap.nn.Scope;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An autoguided teacher (AYF Eq. 3): v = lambda v_main + (1 - lambda) v_weak, where the weak model is smaller and less
 * trained.
 *
 * @param main the teacher and its arrays by name
 * @param weak the weak model and its arrays by name
 */
public record Autoguidance(Model main, Model weak) implements StudentProgram.TeacherGraph {
    /** A frozen velocity network. */
    public record Model(NetworkField field, Map<String, INDArray> arrays) {
        SDVariable velocity(
                Shapes shapes, DataType type, String prefix, SDVariable x, SDVariable t, SDVariable classes) {
            var scope = Scope.frozen(shapes, type, prefix, arrays);
            return field.apply(scope, new NetworkField.Point(x, t, classes, null, null));
        }
    }

    @Override
    public SDVariable velocity(
            Shapes shapes, DataType type, SDVariable x, SDVariable t, SDVariable classes, SDVariable guidance) {
        SDVariable strong = main.velocity(shapes, type, "main.", x, t, classes);
        SDVariable poor = weak.velocity(shapes, type, "weak.", x, t, classes);
        SDVariable lambda = shapes.graph().reshape(guidance, shapes.of(t)[0], 1, 1, 1);
        return poor.add(strong.sub(poor).mul(lambda));
    }
}
