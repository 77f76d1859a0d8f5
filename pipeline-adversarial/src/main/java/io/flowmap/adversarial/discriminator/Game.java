package io.flowmap.adversarial.discriminator;

import io.flowmap.graph.Shapes;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.Condition;
import io.flowmap.nn.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Both sides of a batch as a graph: what each wants. Real and fake samples go through the discriminator apart, so that the minibatch
 * deviation sees one kind.
 *
 * @param loss of both sides
 * @param generatorSlope dL_G/dfake, of the shape of the fakes
 * @param realPenalty R1; null without penalties
 * @param fakePenalty R2; null without penalties
 */
record Game(
        RelativisticLoss loss, SDVariable generatorSlope, GradientPenalty realPenalty, GradientPenalty fakePenalty) {

    /**
     * What takes part.
     *
     * @param real samples [N,H,W,C]
     * @param fake samples [N,H,W,C]
     * @param logits the discriminator of real samples, to [N]
     * @param fakeLogits the discriminator of fakes, to [N]
     */
    record Players(
            SDVariable real, SDVariable fake, UnaryOperator<SDVariable> logits, UnaryOperator<SDVariable> fakeLogits) {
        /** The same discriminator for both. */
        static Players of(
                Scope scope, Discriminator discriminator, SDVariable real, SDVariable fake, Condition condition) {
            UnaryOperator<SDVariable> logits = x -> discriminator.logits(scope, x, condition);
            return new Players(real, fake, logits, logits);
        }
    }

    /** The perturbations of penalties by differences, each of the shape of the samples. */
    record Noise(SDVariable real, SDVariable fake) {}

    /**
     * Emits the game.
     *
     * @param penalty null for a step without penalties
     * @param noise read by penalties of type difference only, else it may be null
     */
    static Game of(Shapes shapes, Players players, PenaltyConfig penalty, Noise noise) {
        var real = players.logits().apply(players.real());
        var fake = players.fakeLogits().apply(players.fake());
        var loss = new RelativisticLoss(real, fake, shapes.of(real)[0]);
        var slope = Vjp.of(shapes, fake, loss.generatorSlope(), List.of(players.fake()))
                .get(players.fake());
        if (penalty == null) {
            return new Game(loss, slope, null, null);
        }
        return new Game(
                loss,
                slope,
                penalty(shapes, penalty, players.logits(), players.real(), real, noise == null ? null : noise.real()),
                penalty(
                        shapes,
                        penalty,
                        players.fakeLogits(),
                        players.fake(),
                        fake,
                        noise == null ? null : noise.fake()));
    }

    private static GradientPenalty penalty(
            Shapes shapes,
            PenaltyConfig penalty,
            UnaryOperator<SDVariable> discriminator,
            SDVariable x,
            SDVariable logits,
            SDVariable noise) {
        if (penalty.type() == PenaltyConfig.Type.EXACT) {
            return GradientPenalty.exact(shapes, logits, x, penalty.weight());
        }
        var there = discriminator.apply(x.add(noise.mul(penalty.sigma())));
        return GradientPenalty.difference(shapes, there, logits, penalty.weight(), penalty.sigma());
    }

    /** What the discriminator's parameters move, each with the derivative of its loss, penalties included. */
    Map<SDVariable, SDVariable> discriminatorCotangents() {
        var cotangents = new LinkedHashMap<SDVariable, SDVariable>();
        var slope = loss.discriminatorSlope();
        cotangents.put(loss.real(), slope.neg());
        cotangents.put(loss.fake(), slope);
        if (realPenalty != null) {
            cotangents.put(realPenalty.output(), realPenalty.cotangent());
            cotangents.put(fakePenalty.output(), fakePenalty.cotangent());
        }
        return cotangents;
    }
}
