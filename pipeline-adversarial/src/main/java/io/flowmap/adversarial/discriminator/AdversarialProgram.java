package io.flowmap.adversarial.discriminator;

import io.flowmap.engine.Program;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.LinearPath;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.PerSample;
import io.flowmap.graph.Shapes;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.Condition;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.Precision;
import io.flowmap.nn.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Both sides of adversarial finetuning (AYF, section F.2) as one compiled program over flat parameter vectors, for one batch size. A
 * fake is one step of the flow map, f(x_t, t, 0) = x_t - t F(x_t, t, 0); at t = 1 the step starts from noise. Usage: write the inputs,
 * call {@link #run()}, read gradients and measures.
 */
public final class AdversarialProgram implements AutoCloseable {
    private static final String STUDENT = "student.";
    private static final String DISCRIMINATOR = "discriminator.";

    private final Setup setup;
    private final GraphInputs inputs;
    private final Shapes shapes;
    private final Map<String, INDArray> outputs = new LinkedHashMap<>();
    private final INDArray realLogits;
    private final INDArray fakeLogits;
    private final INDArray realPenalty;
    private final INDArray fakePenalty;
    private final Program program;

    /**
     * What a program is compiled for.
     *
     * @param student flow map to train, with its preconditioning
     * @param parameters the student's trained parameters
     * @param frozen the student's other arrays, by name
     * @param discriminator the discriminator
     * @param penalty gradient penalty; null for steps without
     * @param augmentation of the discriminator's inputs; null for none
     * @param sample shape of a sample [C,H,W]
     * @param batch samples per step
     * @param type floating-point type of the arithmetic
     * @param precision type of the networks' products
     * @param recomputing whether blocks compute their activations again in the reverse pass instead of keeping them
     */
    public record Setup(
            NetworkField student,
            FlatParameters parameters,
            Map<String, INDArray> frozen,
            Discriminator discriminator,
            PenaltyConfig penalty,
            Augmentation augmentation,
            long[] sample,
            int batch,
            DataType type,
            Precision precision,
            boolean recomputing) {
        /** A setup in which all parameters of the flow map are trained. */
        public Setup(
                NetworkField student,
                Discriminator discriminator,
                PenaltyConfig penalty,
                Augmentation augmentation,
                long[] sample,
                int batch,
                DataType type) {
            this(
                    student,
                    student.network().parameters(),
                    Map.of(),
                    discriminator,
                    penalty,
                    augmentation,
                    sample,
                    batch,
                    type,
                    Precision.FLOAT32,
                    false);
        }

        boolean perturbs() {
            return penalty != null && penalty.type() == PenaltyConfig.Type.DIFFERENCE;
        }
    }

    /** Flat vectors of the two networks, or their gradients; each has the length of its network's arrays. */
    public record Vectors(INDArray student, INDArray discriminator) {}

    /**
     * @param parameters vectors that the program reads
     * @param gradients vectors that it writes: of L_G with respect to the student's parameters, of L_D with penalties with respect to
     *     the discriminator's; entries of fixed arrays are left unchanged
     */
    public AdversarialProgram(Setup setup, Vectors parameters, Vectors gradients) {
        this.setup = setup;
        inputs = new GraphInputs(setup.type(), setup.precision());
        shapes = inputs.shapes();
        FlatParameters theta = setup.parameters();
        FlatParameters psi = setup.discriminator().parameters();
        var student = Scope.trained(shapes, setup.type(), STUDENT, setup.frozen());
        var discriminator = Scope.trained(shapes, setup.type(), DISCRIMINATOR);
        SDVariable real = inputs.samples("x0", setup.batch(), setup.sample());
        Condition condition = inputs.condition(setup.student().network().condition(), setup.batch());
        SDVariable fake = fake(student, real, condition);
        Game game = Game.of(shapes, players(discriminator, real, fake, condition), setup.penalty(), noise());
        bind(student, theta, parameters.student());
        bind(discriminator, psi, parameters.discriminator());
        realLogits = output(game.loss().real());
        fakeLogits = output(game.loss().fake());
        realPenalty =
                game.realPenalty() == null ? null : output(game.realPenalty().size());
        fakePenalty =
                game.fakePenalty() == null ? null : output(game.fakePenalty().size());
        write(student, theta, Map.of(fake, game.generatorSlope()), gradients.student());
        write(discriminator, psi, game.discriminatorCotangents(), gradients.discriminator());
        program = Nd4jBackend.compile(shapes, inputs.arrays(), outputs, setup.recomputing());
    }

    private SDVariable fake(Scope scope, SDVariable real, Condition condition) {
        int batch = setup.batch();
        SDVariable z = inputs.samples("z", batch, setup.sample());
        SDVariable t = inputs.add("t", batch);
        SDVariable guidance = inputs.add("guidance", batch);
        SDVariable zero = shapes.graph().constant(Nd4j.zeros(setup.type(), batch));
        SDVariable xt = LinearPath.point(scope, real, z, t);
        SDVariable field = setup.student().apply(scope, new NetworkField.Point(xt, t, condition, zero, guidance));
        return xt.sub(field.mul(PerSample.of(shapes, t, xt)));
    }

    private Game.Players players(Scope scope, SDVariable real, SDVariable fake, Condition condition) {
        var discriminator = setup.discriminator();
        UnaryOperator<SDVariable> plain = x -> discriminator.logits(scope, x, condition);
        if (setup.augmentation() == null) {
            return new Game.Players(real, fake, plain, plain);
        }
        var forReal = setup.augmentation().inputs(inputs, "real", setup.batch(), setup.sample());
        var forFake = setup.augmentation().inputs(inputs, "fake", setup.batch(), setup.sample());
        return new Game.Players(
                real, fake, x -> plain.apply(forReal.apply(scope, x)), x -> plain.apply(forFake.apply(scope, x)));
    }

    private Game.Noise noise() {
        return setup.perturbs()
                ? new Game.Noise(
                        inputs.samples("realNoise", setup.batch(), setup.sample()),
                        inputs.samples("fakeNoise", setup.batch(), setup.sample()))
                : null;
    }

    private INDArray output(SDVariable variable) {
        INDArray array = inputs.output(variable);
        outputs.put(variable.name(), array);
        return array;
    }

    private void bind(Scope scope, FlatParameters parameters, INDArray flat) {
        parameters.views(flat).forEach((name, view) -> inputs.bind(scope.variable(name), view));
    }

    private void write(
            Scope scope, FlatParameters parameters, Map<SDVariable, SDVariable> cotangents, INDArray gradient) {
        var trained = parameters.list().stream()
                .filter(Parameter::trained)
                .map(p -> scope.variable(p.name()))
                .toList();
        double scale = setup.precision().lossScale();
        var scaled = new LinkedHashMap<SDVariable, SDVariable>();
        cotangents.forEach((y, slope) -> scaled.put(y, scale == 1 ? slope : slope.mul(scale)));
        var gradients = Vjp.of(shapes, scaled, trained);
        parameters.views(gradient).forEach((name, view) -> {
            var slope = gradients.get(scope.variable(name));
            if (slope != null) {
                outputs.put((scale == 1 ? slope : slope.mul(1 / scale)).name(), view);
            }
        });
    }

    /**
     * The input array of that name: x0, z [N,C,H,W]; t, guidance [N]; realNoise, fakeNoise [N,C,H,W] for penalties by differences; the
     * inputs of {@link Augmentation}. Null if the program has no such input.
     */
    public INDArray input(String name) {
        return inputs.array(name);
    }

    /** The array [N,...] of an input that belongs to the condition. */
    public INDArray condition(String name) {
        return inputs.condition(name);
    }

    /** D(real) [N] of the last run. */
    public double[] realLogits() {
        return realLogits.data().asDouble();
    }

    /** D(fake) [N] of the last run. */
    public double[] fakeLogits() {
        return fakeLogits.data().asDouble();
    }

    /** R1 [N] of the last run; null without penalties. */
    public double[] realPenalties() {
        return realPenalty == null ? null : realPenalty.data().asDouble();
    }

    /** R2 [N] of the last run; null without penalties. */
    public double[] fakePenalties() {
        return fakePenalty == null ? null : fakePenalty.data().asDouble();
    }

    public void run() {
        program.run();
    }

    @Override
    public void close() {
        program.close();
        inputs.close();
    }
}
