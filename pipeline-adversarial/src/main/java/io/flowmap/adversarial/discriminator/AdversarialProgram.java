package io.flowmap.adversarial.discriminator;

import io.flowmap.engine.Program;
import io.flowmap.engine.ProgramPlan;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.NetworkField;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.Precision;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Both sides of adversarial finetuning (AYF, section F.2) as one compiled program over flat parameter vectors, for one batch size. A
 * fake is one step of the flow map, f(x_t, t, 0) = x_t - t F(x_t, t, 0); at t = 1 the step starts from noise. Usage: write the inputs,
 * call {@link #run()}, read gradients and measures.
 */
public final class AdversarialProgram implements AutoCloseable {
    private final AdversarialGraph graph;
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
        graph = new AdversarialGraph(setup);
        var game = graph.game();
        realLogits = output(game.loss().real());
        fakeLogits = output(game.loss().fake());
        realPenalty =
                game.realPenalty() == null ? null : output(game.realPenalty().size());
        fakePenalty =
                game.fakePenalty() == null ? null : output(game.fakePenalty().size());
        bind(graph.student(), setup.parameters(), parameters.student(), gradients.student());
        bind(
                graph.discriminator(),
                setup.discriminator().parameters(),
                parameters.discriminator(),
                gradients.discriminator());
        var inputs = graph.inputs();
        program = Nd4jBackend.compile(inputs.shapes(), inputs.arrays(), outputs, setup.recomputing());
    }

    /** What a program of this setup will hold. Takes no memory. */
    public static ProgramPlan plan(Setup setup) {
        try (var graph = new AdversarialGraph(setup)) {
            return graph.plan();
        }
    }

    private INDArray output(SDVariable variable) {
        INDArray array = graph.inputs().output(variable);
        outputs.put(variable.name(), array);
        return array;
    }

    private void bind(AdversarialGraph.Player player, FlatParameters list, INDArray flat, INDArray gradient) {
        var values = list.views(flat);
        player.parameters().forEach((name, variable) -> graph.inputs().bind(variable, values.get(name)));
        var slopes = list.views(gradient);
        player.gradients().forEach((name, variable) -> outputs.put(variable.name(), slopes.get(name)));
    }

    /**
     * The input array of that name: x0, z [N,C,H,W]; t, guidance [N]; realNoise, fakeNoise [N,C,H,W] for penalties by differences; the
     * inputs of {@link Augmentation}. Null if the program has no such input.
     */
    public INDArray input(String name) {
        return graph.inputs().array(name);
    }

    /** The array [N,...] of an input that belongs to the condition. */
    public INDArray condition(String name) {
        return graph.inputs().condition(name);
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
        graph.close();
    }
}
