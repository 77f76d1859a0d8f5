package io.flowmap.adversarial;

import io.flowmap.adversarial.discriminator.AdversarialProgram;
import io.flowmap.adversarial.discriminator.AdversarialProgram.Vectors;
import io.flowmap.adversarial.discriminator.Discriminator;
import io.flowmap.checkpoint.WeightStore;
import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.StepReport;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.nn.Network;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.ParameterLayout;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * One step of both networks, computed at the same parameters: the student's gradient of L_EMD + k a L_G, and the discriminator's
 * gradient of L_D with its penalties (AYF, section F.2). Programs are compiled for the size of the first batch.
 */
final class AdversarialObjective implements LocalObjective {
    private static final long NOISE = 32;
    private static final long TIME = 33;
    private static final long REAL_PERTURBATION = 34;
    private static final long FAKE_PERTURBATION = 35;
    private static final long REAL_AUGMENTATION = 36;
    private static final long FAKE_AUGMENTATION = 37;

    private final AdversarialFactory recipe;
    private final LocalObjective emd;
    private final Configuration hadoop;
    private final TrainingConfig config;
    private final Network network;
    private final ParameterLayout layout;
    private final CounterRandom random;
    private final INDArray own;
    private WeightStore.Lease base;
    private AdversarialProgram plain;
    private AdversarialProgram penalised;

    AdversarialObjective(AdversarialFactory recipe, LocalObjective emd, Configuration hadoop, TrainingConfig config) {
        this.recipe = recipe;
        this.emd = emd;
        this.hadoop = hadoop;
        this.config = config;
        this.network = recipe.emd().student().field().network();
        this.layout = recipe.layout();
        this.random = new CounterRandom(recipe.adversarialSeed());
        this.own = Nd4j.create(DataType.FLOAT, recipe.studentLength());
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public StepReport gradient(INDArray flat, INDArray gradient, Batch batch, long step) {
        var report = emd.gradient(flat, gradient, batch, step);
        var program = program(flat, gradient, batch, recipe.game().penalty().at(step));
        fill(program, batch);
        program.run();
        double weight = recipe.game().adaptive().of(lastLayer(gradient), lastLayer(own));
        try (INDArray share = own.mul(recipe.game().coefficient() * weight)) {
            part(gradient, 0, own.length()).addi(share);
        }
        return new StepReport(
                report.loss(), report.gNorm(), report.interval(), report.tangentWarmup(), Measures.of(program, weight));
    }

    private AdversarialProgram program(INDArray flat, INDArray gradient, Batch batch, boolean penalty) {
        if (penalty) {
            penalised = penalised == null ? compiled(flat, gradient, batch, true) : penalised;
            return penalised;
        }
        plain = plain == null ? compiled(flat, gradient, batch, false) : plain;
        return plain;
    }

    private AdversarialProgram compiled(INDArray flat, INDArray gradient, Batch batch, boolean penalty) {
        base = base == null ? recipe.emd().base(hadoop) : base;
        var augmentation = recipe.game().augmentation();
        var setup = new AdversarialProgram.Setup(
                recipe.emd().student().field(),
                recipe.emd().parameters(),
                base.arrays(),
                new Discriminator(recipe.discriminator()),
                penalty ? recipe.game().penalty() : null,
                augmentation.changes() ? augmentation : null,
                recipe.emd().student().sample(),
                batch.size(),
                DataType.FLOAT,
                config.precision(),
                config.activationCheckpointing());
        long from = own.length();
        return new AdversarialProgram(
                setup,
                new Vectors(part(flat, 0, from), part(flat, from, flat.length())),
                new Vectors(own, part(gradient, from, gradient.length())));
    }

    private void fill(AdversarialProgram program, Batch batch) {
        write(program, "x0", batch.x0());
        write(program, "z", batch.gaussians(random, NOISE));
        write(program, "t", batch.numbers(i -> recipe.game().fakes().draw(random, TIME, i)));
        write(program, "guidance", batch.numbers(i -> recipe.emd().guidance().draw(random, i)));
        var condition = network.condition();
        for (var name : condition.arrays().keySet()) {
            program.condition(name).data().setData(batch.condition(name, condition, i -> false));
        }
        if (program.input("realNoise") != null) {
            write(program, "realNoise", batch.gaussians(random, REAL_PERTURBATION));
            write(program, "fakeNoise", batch.gaussians(random, FAKE_PERTURBATION));
        }
        augment(program, batch, REAL_AUGMENTATION, "real");
        augment(program, batch, FAKE_AUGMENTATION, "fake");
    }

    private void augment(AdversarialProgram program, Batch batch, long stream, String kind) {
        recipe.game()
                .augmentation()
                .draw(
                        random,
                        stream,
                        kind,
                        batch.firstSample(),
                        batch.size(),
                        recipe.emd().student().sample())
                .forEach((name, values) -> write(program, name, values));
    }

    private static void write(AdversarialProgram program, String name, float[] values) {
        program.input(name).data().setData(values);
    }

    private float[] lastLayer(INDArray gradient) {
        var entry = layout.entry(network.lastLayer());
        try (INDArray copy =
                part(gradient, entry.offset(), entry.offset() + entry.length()).dup()) {
            return copy.data().asFloat();
        }
    }

    private static INDArray part(INDArray flat, long from, long to) {
        return flat.get(NDArrayIndex.interval(from, to));
    }

    @Override
    public void normalise(INDArray flat) {
        emd.normalise(flat);
    }

    @Override
    public void close() {
        emd.close();
        own.close();
        if (plain != null) {
            plain.close();
        }
        if (penalised != null) {
            penalised.close();
        }
        if (base != null) {
            base.close();
        }
    }
}
