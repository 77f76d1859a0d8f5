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
 * The losses of both networks on one batch, as a graph. Real and fake samples pass the discriminator separately, so that the minibatch
 * deviation sees samples of one kind.
 *
 * @param loss losses of both networks
 * @param generatorSlope dL_G/dfake, in the shape of the fakes
 * @param realPenalty R1; null without penalties
 * @param fakePenalty R2; null without penalties
 */
record Game(
        RelativisticLoss loss, SDVariable generatorSlope, GradientPenalty realPenalty, GradientPenalty fakePenalty) {

    /**
     * Inputs of the game.
     *
     * @param real samples [N,H,W,C]
     * @param fake samples [N,H,W,C]
     * @param logits discriminator applied to real samples, gives [N]
     * @param fakeLogits discriminator applied to fakes, gives [N]
     */
    record Players(
            SDVariable real, SDVariable fake, UnaryOperator<SDVariable> logits, UnaryOperator<SDVariable> fakeLogits) {
        /** Uses one discriminator for both kinds of samples. */
        static Players of(
                Scope scope, Discriminator discriminator, SDVariable real, SDVariable fake, Condition condition) {
            UnaryOperator<SDVariable> logits = x -> discriminator.logits(scope, x, condition);
            return new Players(real, fake, logits, logits);
        }
    }

    /** Perturbations for penalties by differences, each in the shape of the samples. */
    record Noise(SDVariable real, SDVariable fake) {}

    /**
     * Emits the losses.
     *
     * @param penalty null for a step without penalties
     * @param noise read only by penalties of type difference; may be null otherwise
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

    /**
     * The outputs that depend on the discriminator's parameters, each with the derivative of the discriminator's loss (penalties
     * included).
     */
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
