package io.flowmap.distill.prepare;

import io.flowmap.data.LatentData;
import io.flowmap.distill.teacher.DenoiserField;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.model.TeacherGraph;
import io.flowmap.stage.TaskDevice;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Compares velocity networks with the exact change of variables of an imported one at {@link VelocityPoints}, in float64.
 *
 * @param imported network with c_noise = ln(sigma)/4
 * @param candidates networks to compare with it
 * @param data directory of the ingested data
 * @param split with samples of the networks' shape
 */
record VelocityTask(
        StoredModel imported, List<StoredModel> candidates, String data, String split, MeasureConfig config, long seed)
        implements Serializable {

    /** Sums [candidate][bin of t] of each batch. */
    Iterator<VelocitySums[][]> sums(Iterator<Integer> batches, Configuration hadoop) {
        TaskDevice.use();
        var points = new VelocityPoints(LatentData.open(hadoop, new Path(data), split), seed);
        var rows = new ArrayList<VelocitySums[][]>();
        var fields =
                candidates.stream().map(model -> model.frozen("field", hadoop)).toList();
        var programs =
                fields.stream().map(field -> program(field, DataType.FLOAT)).toList();
        try (var field = exact(hadoop);
                var exact = program(field, DataType.DOUBLE)) {
            while (batches.hasNext()) {
                long first = (long) batches.next() * config.batch();
                var batch = points.read(first, config.batch());
                double[] truth = velocities(exact, batch);
                rows.add(programs.stream()
                        .map(program -> compare(truth, velocities(program, batch), batch, first))
                        .toArray(VelocitySums[][]::new));
            }
        } finally {
            programs.forEach(FieldProgram::close);
            fields.forEach(TeacherGraph::close);
        }
        return rows.iterator();
    }

    private DenoiserField exact(Configuration hadoop) {
        NetworkSpec spec = imported.spec();
        return new DenoiserField("exact", spec.network(), spec.sigmaData(), imported.arrays(hadoop));
    }

    private FieldProgram program(TeacherGraph field, DataType type) {
        NetworkSpec spec = imported.spec();
        return new FieldProgram(field, type, spec.condition(), config.batch(), spec.sample());
    }

    private double[] velocities(FieldProgram program, VelocityPoints.Points points) {
        var shape = imported.spec().shape();
        long[] dimensions = {config.batch(), shape.channels(), shape.height(), shape.width()};
        INDArray xt = Nd4j.create(points.xt(), dimensions, 'c');
        program.condition(points.conditions(), 1);
        return program.at(xt, Nd4j.createFromArray(points.t())).data().asDouble();
    }

    private VelocitySums[] compare(double[] exact, double[] velocity, VelocityPoints.Points points, long first) {
        var sums = new VelocitySums[MeasureConfig.BINS];
        Arrays.fill(sums, VelocitySums.ZERO);
        int size = exact.length / config.batch();
        for (int i = 0; i < config.batch() && first + i < config.samples(); i++) {
            double error = 0;
            double square = 0;
            double residual = 0;
            for (int j = i * size; j < (i + 1) * size; j++) {
                error += (velocity[j] - exact[j]) * (velocity[j] - exact[j]);
                square += exact[j] * exact[j];
                residual += (velocity[j] - points.velocity()[j]) * (velocity[j] - points.velocity()[j]);
            }
            int bin = VelocityPoints.bin(first + i);
            sums[bin] = sums[bin].merge(new VelocitySums(size, error, square, residual));
        }
        return sums;
    }
}
