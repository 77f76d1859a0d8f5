package io.flowmap.bench.step;

import io.flowmap.distill.objective.AyfEmd;
import io.flowmap.distill.objective.TangentNormalisation;
import io.flowmap.distill.objective.TangentWarmup;
import io.flowmap.distill.teacher.Autoguidance;
import io.flowmap.distill.train.step.Adam;
import io.flowmap.distill.train.step.AdamConfig;
import io.flowmap.distill.train.step.StudentProgram;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.FrozenField;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.edm2.UNet;
import io.flowmap.nn.edm2.UNetConfig;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Flowmap's own step: its compiled student program and its Adam, in the way a training's local step runs them. */
public final class FlowmapStep implements StepContender {
    private final BenchNetwork network;
    private final StepConfig settings;
    private final AyfEmd objective;
    private final StudentProgram.Setup setup;
    private final FlatParameters parameters;
    private final Adam adam = new Adam(new AdamConfig(0.9, 0.999, 1e-8));
    private final float[] values;
    private final float[] slopes;
    private final float[] first;
    private final float[] second;
    private final INDArray flat;
    private final INDArray gradient;
    private final StudentProgram program;
    private long steps;

    public FlowmapStep(
            BenchNetwork network,
            StepConfig settings,
            Map<String, float[]> student,
            Map<String, float[]> main,
            Map<String, float[]> weak,
            int batch) {
        this.network = network;
        this.settings = settings;
        this.objective = new AyfEmd(
                new TimePairs(-0.6, 1.6),
                new TangentNormalisation(settings.normalisation()),
                new TangentWarmup(settings.warmup(), 0));
        var unet = unet(network, true);
        var teacher = new Autoguidance(model(network, settings, "main", main), model(network, settings, "weak", weak));
        long[] sample = {network.imageChannels(), network.resolution(), network.resolution()};
        var field = new NetworkField(unet, NoiseLabel.TIME, settings.sigmaData());
        this.setup = new StudentProgram.Setup(field, objective, teacher, sample, batch, DataType.FLOAT, false);
        this.parameters = unet.parameters();
        this.values = flat(parameters, student);
        this.slopes = new float[values.length];
        this.first = new float[values.length];
        this.second = new float[values.length];
        this.flat = Nd4j.create(DataType.FLOAT, values.length);
        this.gradient = Nd4j.create(DataType.FLOAT, values.length);
        pointer(flat).put(values);
        this.program = new StudentProgram(setup, flat, gradient);
    }

    @Override
    public String name() {
        return "flowmap";
    }

    @Override
    public StepOutputs evaluate(StepInputs inputs) {
        var watched = new StudentProgram.Setup(
                setup.student(), setup.objective(), setup.teacher(), setup.sample(), setup.batch(), setup.type(), true);
        try (var observed = new StudentProgram(watched, flat, gradient)) {
            double loss = run(observed, inputs);
            return new StepOutputs(
                    monitor(observed, "field"),
                    monitor(observed, "velocity"),
                    monitor(observed, "tangent"),
                    monitor(observed, "residual"),
                    loss,
                    gradients());
        }
    }

    @Override
    public double step(StepInputs inputs) {
        double loss = run(program, inputs);
        pointer(gradient).get(slopes);
        adam.update(values, slopes, first, second, steps++, settings.learningRate());
        pointer(flat).put(values);
        return loss;
    }

    @Override
    public long multiplyAdds(int batch) {
        return program.multiplyAdds();
    }

    @Override
    public void close() {
        program.close();
        flat.close();
        gradient.close();
    }

    private double run(StudentProgram program, StepInputs inputs) {
        write(program, "x0", inputs.x0());
        write(program, "z", inputs.z());
        write(program, "t", inputs.t());
        write(program, "s", inputs.s());
        write(program, "guidance", inputs.guidance());
        write(program, "warmup", (float) settings.warmup());
        if (network.labelDim() > 0) {
            pointer(program.condition(ConditionShape.CLASS)).put(inputs.oneHot(network.labelDim()));
        }
        program.run();
        return objective.loss(program.norms(), network.imageChannels() * network.resolution() * network.resolution());
    }

    private Map<String, double[]> gradients() {
        pointer(gradient).get(slopes);
        var named = new LinkedHashMap<String, double[]>();
        parameters.forEach((place, parameter, offset) -> {
            var piece = new double[(int) parameter.length()];
            Arrays.setAll(piece, i -> slopes[(int) offset + i]);
            named.put(parameter.name(), piece);
        });
        return named;
    }

    private static double[] monitor(StudentProgram program, String name) {
        return program.monitor(name).permute(0, 3, 1, 2).dup('c').data().asDouble();
    }

    private static void write(StudentProgram program, String name, float... from) {
        pointer(program.input(name)).put(from);
    }

    private static FloatPointer pointer(INDArray array) {
        return (FloatPointer) array.data().pointer();
    }

    private static FrozenField model(
            BenchNetwork network, StepConfig settings, String name, Map<String, float[]> values) {
        var unet = unet(network, false);
        var arrays = new LinkedHashMap<String, INDArray>();
        for (Parameter parameter : unet.parameters()) {
            arrays.put(
                    parameter.name(),
                    Nd4j.createFromArray(values.get(parameter.name())).reshape('c', parameter.shape()));
        }
        return new FrozenField(name, new NetworkField(unet, NoiseLabel.TIME, settings.sigmaData()), arrays);
    }

    /** Flowmap's network of that size. */
    public static UNet unet(BenchNetwork network, boolean flowMap) {
        UNetConfig defaults = UNetConfig.of(
                network.modelChannels(),
                network.channelMult(),
                network.numBlocks(),
                network.attnResolutions(),
                network.channelsPerHead());
        if (defaults.clipAct() != network.clip()) {
            throw new IllegalArgumentException("expected clip " + defaults.clipAct() + ", got " + network.clip());
        }
        long[] sample = {network.imageChannels(), network.resolution(), network.resolution()};
        return new UNet(defaults, sample, ConditionShape.classes(network.labelDim()), flowMap);
    }

    public static float[] flat(FlatParameters parameters, Map<String, float[]> values) {
        var flat = new float[(int) parameters.length()];
        parameters.forEach((place, parameter, offset) -> {
            float[] piece = values.get(parameter.name());
            System.arraycopy(piece, 0, flat, (int) offset, piece.length);
        });
        return flat;
    }
}
