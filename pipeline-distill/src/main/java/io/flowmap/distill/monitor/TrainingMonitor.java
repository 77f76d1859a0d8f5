package io.flowmap.distill.monitor;

import io.flowmap.codec.PixelDecoder;
import io.flowmap.config.UserError;
import io.flowmap.data.Conditions;
import io.flowmap.data.LatentData;
import io.flowmap.data.RecordCursor;
import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.train.Monitor;
import io.flowmap.distill.train.step.MonitorConfig;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Store;
import io.flowmap.flow.Sampling;
import io.flowmap.flow.TimeGrid;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.FrozenField;
import io.flowmap.model.NetworkSpec;
import io.flowmap.page.PngImage;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.apache.hadoop.fs.Path;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Pictures and the loss of flow matching, ||F(x_t, t, t) - (z - x_0)||^2 / D, of records that are not trained on if there are such. Records,
 * conditions, noise z and times t are the same at every checkpoint, so that two steps differ by the network alone. Times stand in the
 * middles of as many equal intervals of [0, 1] as there are records.
 */
public final class TrainingMonitor implements Monitor {
    private static final String TEST = "test";
    private static final long PICTURE = 24;
    private static final long VALIDATION = 25;

    private final MonitorConfig config;
    private final NetworkSpec spec;
    private final Function<float[], FrozenField> fields;
    private final LatentData data;
    private final long seed;
    private final Path dir;

    private TrainingMonitor(
            MonitorConfig config,
            NetworkSpec spec,
            Function<float[], FrozenField> fields,
            LatentData data,
            long seed,
            Path dir) {
        this.config = config;
        this.spec = spec;
        this.fields = fields;
        this.data = data;
        this.seed = seed;
        this.dir = dir;
    }

    /**
     * The monitor of a training; null if it is off.
     *
     * @param fields makes the network of a trained vector
     * @param splits data of the training; a test split of the same size is used if there is one
     * @param dir directory of the training; pictures are written to {@code pictures/step-NNNNNNNN.png} below it
     */
    public static TrainingMonitor of(
            MonitorConfig config,
            NetworkSpec spec,
            Function<float[], FrozenField> fields,
            TrainingSplits splits,
            long seed,
            Path dir) {
        if (config.isOff()) {
            return null;
        }
        var data = records(splits.like(spec.shape()));
        if (config.pictures() > 0 && !data.canDecode()) {
            throw new UserError("cannot draw pictures of a training: expected latents with a decoder, got none"
                    + " (training.monitor.pictures = 0)");
        }
        return new TrainingMonitor(config, spec, fields, data, seed, dir);
    }

    private static LatentData records(LatentData trained) {
        return LatentData.splits(trained.hadoop(), trained.dir()).stream()
                .filter(name -> name.startsWith(TEST))
                .sorted()
                .map(name -> LatentData.open(trained.hadoop(), trained.dir(), name))
                .filter(split -> split.shape().equals(trained.shape()))
                .findFirst()
                .orElse(trained);
    }

    @Override
    public double at(long step, float[] parameters) {
        try (var field = fields.apply(parameters);
                var program = new FieldProgram(field, spec.condition(), config.batch(), spec.sample())) {
            if (config.pictures() > 0) {
                draw(program, step);
            }
            return config.validation() > 0 ? loss(program) : Double.NaN;
        }
    }

    private void draw(FieldProgram program, long step) {
        var hadoop = data.hadoop();
        try (var decoder = PixelDecoder.open(hadoop, data.encoder(), spec.shape())) {
            var rows = new ArrayList<List<byte[]>>();
            config.steps().forEach(steps -> rows.add(new ArrayList<>()));
            for (int first = 0; first < config.pictures(); first += config.batch()) {
                program.condition(new Records(first).conditions, config.guidance());
                INDArray noise = noise(first, PICTURE);
                for (int row = 0; row < rows.size(); row++) {
                    var grid = TimeGrid.uniform(config.steps().get(row));
                    INDArray x = spec.flowMap()
                            ? Sampling.flowMap(program, noise, grid, 0, i -> noise)
                            : Sampling.euler(program, noise, grid);
                    byte[] pixels = decoder.decode(x.data().asFloat(), config.batch());
                    int size = decoder.image().size();
                    for (int i = 0; i < Math.min(config.batch(), config.pictures() - first); i++) {
                        rows.get(row).add(Arrays.copyOfRange(pixels, i * size, (i + 1) * size));
                    }
                }
            }
            var file = new Path(dir, String.format(Locale.ROOT, "pictures/step-%08d.png", step));
            AtomicFile.write(
                    Store.of(hadoop, file),
                    file,
                    PngImage.grid(rows, decoder.image(), 1).png());
        }
    }

    private double loss(FieldProgram program) {
        int size = spec.shape().size();
        double sum = 0;
        for (int first = 0; first < config.validation(); first += config.batch()) {
            var records = new Records(first);
            program.condition(records.conditions, 1);
            var times = new float[config.batch()];
            for (int i = 0; i < times.length; i++) {
                times[i] = (float) ((Math.min(first + i, config.validation() - 1) + 0.5) / config.validation());
            }
            try (INDArray z = noise(first, VALIDATION);
                    INDArray x0 = Nd4j.create(records.values, z.shape(), 'c');
                    INDArray t = Nd4j.createFromArray(times);
                    INDArray share = t.reshape(times.length, 1, 1, 1);
                    INDArray xt = x0.mul(share.rsub(1)).addi(z.mul(share));
                    INDArray error = z.sub(x0).rsubi(program.at(xt, t))) {
                float[] errors = error.data().asFloat();
                int used = Math.min(config.batch(), config.validation() - first) * size;
                for (int i = 0; i < used; i++) {
                    sum += (double) errors[i] * errors[i];
                }
            }
        }
        return sum / ((double) config.validation() * size);
    }

    private INDArray noise(long first, long stream) {
        int size = spec.shape().size();
        var values = new float[config.batch() * size];
        var random = new CounterRandom(seed);
        for (int i = 0; i < config.batch(); i++) {
            random.gaussians(values, i * size, size, stream, first + i);
        }
        var shape = spec.shape();
        return Nd4j.create(values, new long[] {config.batch(), shape.channels(), shape.height(), shape.width()}, 'c');
    }

    /** A batch of records from a number on, modulo their number. */
    private final class Records {
        private final Conditions conditions = Conditions.allocate(config.batch(), spec.condition());
        private final float[] values;

        Records(long first) {
            int size = spec.shape().size();
            values = new float[config.batch() * size];
            var cursor = new RecordCursor(data);
            for (int i = 0; i < config.batch(); i++) {
                int row = cursor.seek(first + i);
                cursor.block().copyConditions(row, conditions, i);
                System.arraycopy(cursor.block().values(), row * size, values, i * size, size);
            }
        }
    }
}
