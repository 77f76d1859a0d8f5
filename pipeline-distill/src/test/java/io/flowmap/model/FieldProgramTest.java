package io.flowmap.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.data.Conditions;
import io.flowmap.distill.teacher.Autoguidance;
import io.flowmap.distill.teacher.ClassifierFreeGuidance;
import io.flowmap.distill.teacher.IntervalGuidance;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.mlp.PointNetwork;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FieldProgramTest {
    private final PointNetwork network = new PointNetwork(2, ConditionShape.NONE, true, List.of(4));
    private final FrozenField field =
            new FrozenField("field", new NetworkField(network, NoiseLabel.TIME, 0.5), arrays());

    /**
     * Inputs and output of 2^23 points in a plane, 7 numbers per point, in arrays of 64 MiB and more, which malloc returns to the
     * system at once.
     */
    @Test
    void aClosedProgramLeavesNoBytes() {
        int points = 1 << 23;
        long before = 0;
        for (int round = 0; round < 4; round++) {
            new FieldProgram(field, DataType.DOUBLE, ConditionShape.NONE, points, 2).close();
            before = round == 0 ? Pointer.physicalBytes() : before;
        }
        assertThat(Pointer.physicalBytes() - before).isLessThan(7L * Double.BYTES * points);
    }

    /** In float32 the program shares the field's arrays; in float64 it owns copies. */
    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void aClosedProgramLeavesTheFieldsArrays(DataType type) {
        double[] first = velocity(type);
        assertThat(velocity(type)).isEqualTo(first).isNotEqualTo(new double[] {0, 0});
        assertThat(field.arrays().values()).noneMatch(INDArray::wasClosed);
    }

    @Test
    void aClosedTeacherFreesTheArraysOfAllItsNetworks() {
        var weak = new FrozenField("weak", field.field(), arrays());
        new IntervalGuidance(new Autoguidance(new ClassifierFreeGuidance(field), weak), 0.1, 0.9).close();
        assertThat(field.arrays().values()).allMatch(INDArray::wasClosed);
        assertThat(weak.arrays().values()).allMatch(INDArray::wasClosed);
    }

    private double[] velocity(DataType type) {
        try (var program = new FieldProgram(field, type, ConditionShape.NONE, 1, 2)) {
            program.condition(Conditions.classes(-1), 1);
            return program.at(Nd4j.ones(type, 1, 2), 0.5).data().asDouble();
        }
    }

    private Map<String, INDArray> arrays() {
        return network.parameters().arrays(InitialParameters.draw(network.parameters(), 1));
    }
}
