package io.flowmap.adversarial.discriminator;

import io.flowmap.engine.ProgramPlan;
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
import io.flowmap.nn.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.factory.Nd4j;

/** The game of an {@link AdversarialProgram} as a graph, for one batch size. */
final class AdversarialGraph implements AutoCloseable {
    private static final String STUDENT = "student.";
    private static final String DISCRIMINATOR = "discriminator.";

    private final AdversarialProgram.Setup setup;
    private final GraphInputs inputs;
    private final Shapes shapes;
    private final Game game;
    private final Player student;
    private final Player discriminator;

    /**
     * One of the two networks.
     *
     * @param parameters variable of each parameter
     * @param gradients variable of the gradient with respect to each trained parameter
     */
    record Player(Map<String, SDVariable> parameters, Map<String, SDVariable> gradients) {}

    AdversarialGraph(AdversarialProgram.Setup setup) {
        this.setup = setup;
        inputs = new GraphInputs(setup.type(), setup.precision());
        shapes = inputs.shapes();
        var theirs = Scope.trained(shapes, setup.type(), STUDENT, setup.frozen());
        var judge = Scope.trained(shapes, setup.type(), DISCRIMINATOR);
        SDVariable real = inputs.samples("x0", setup.batch(), setup.sample());
        Condition condition = inputs.condition(setup.student().network().condition(), setup.batch());
        SDVariable fake = fake(theirs, real, condition);
        game = Game.of(shapes, players(judge, real, fake, condition), setup.penalty(), noise());
        student = player(theirs, setup.parameters(), Map.of(fake, game.generatorSlope()));
        discriminator = player(judge, setup.discriminator().parameters(), game.discriminatorCotangents());
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

    private Player player(Scope scope, FlatParameters parameters, Map<SDVariable, SDVariable> cotangents) {
        Map<String, SDVariable> variables = new LinkedHashMap<>();
        parameters.forEach((place, p, offset) -> variables.put(p.name(), scope.variable(p.name())));
        var trained = parameters.list().stream().filter(Parameter::trained).toList();
        double scale = setup.precision().lossScale();
        Map<SDVariable, SDVariable> enlarged = new LinkedHashMap<>();
        cotangents.forEach((y, slope) -> enlarged.put(y, scaled(slope, scale)));
        var slopes = Vjp.of(
                shapes,
                enlarged,
                trained.stream().map(p -> variables.get(p.name())).toList());
        Map<String, SDVariable> gradients = new LinkedHashMap<>();
        trained.forEach(p -> gradients.put(p.name(), scaled(slopes.get(variables.get(p.name())), 1 / scale)));
        return new Player(variables, gradients);
    }

    private static SDVariable scaled(SDVariable x, double factor) {
        return factor == 1 ? x : x.mul(factor);
    }

    GraphInputs inputs() {
        return inputs;
    }

    Game game() {
        return game;
    }

    Player student() {
        return student;
    }

    Player discriminator() {
        return discriminator;
    }

    /** What a program of this graph will hold. Takes no memory. */
    ProgramPlan plan() {
        var penalties = Stream.of(game.realPenalty(), game.fakePenalty())
                .filter(Objects::nonNull)
                .map(GradientPenalty::size);
        var measures = Stream.concat(Stream.of(game.loss().real(), game.loss().fake()), penalties);
        List<String> outputs = new ArrayList<>();
        Stream.concat(
                        measures,
                        Stream.of(student, discriminator).flatMap(player -> player.gradients().values().stream()))
                .forEach(variable -> outputs.add(variable.name()));
        return ProgramPlan.of(new Nd4jBackend(), shapes, outputs, setup.recomputing());
    }

    @Override
    public void close() {
        inputs.close();
    }
}
