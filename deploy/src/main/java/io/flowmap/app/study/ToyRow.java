package io.flowmap.app.study;

import io.flowmap.distill.objective.AyfEmd;
import io.flowmap.distill.objective.AyfLmd;
import io.flowmap.distill.objective.BoffiEmd;
import io.flowmap.distill.objective.BoffiLmd;
import io.flowmap.distill.objective.Ctm;
import io.flowmap.distill.objective.DiscreteConsistency;
import io.flowmap.distill.objective.DiscreteFlowMap;
import io.flowmap.distill.objective.FlowMatching;
import io.flowmap.distill.objective.MeanFlow;
import io.flowmap.distill.objective.MixedPairs;
import io.flowmap.distill.objective.MultistepConsistency;
import io.flowmap.distill.objective.Objective;
import io.flowmap.distill.objective.Scd;
import io.flowmap.distill.objective.Sct;
import io.flowmap.distill.objective.Shortcut;
import io.flowmap.distill.objective.ShortcutDistillation;
import io.flowmap.distill.objective.TangentNormalisation;
import io.flowmap.distill.objective.TangentWarmup;
import io.flowmap.flow.TimePairs;
import java.util.List;

/**
 * A row of the study in the plane.
 *
 * @param name of the row
 * @param objective objective of the student; null to sample the teacher itself with Euler steps
 * @param teacher teacher whose flow is distilled or sampled
 * @param gamma noise of the sampler; 1 for consistency models
 */
public record ToyRow(String name, Objective objective, ToyTeacher teacher, double gamma) {
    private static final TimePairs PAIRS = new TimePairs(-1.2, 2);
    private static final TimePairs TIMES = new TimePairs(0, 1.6);
    private static final double FLOW_MATCHING_SHARE = 0.5;
    private static final int DISCRETE_STEPS = 64;
    private static final int INTERVALS = 4;

    /** The unguided teacher and every objective, then the rows with guidance. */
    static List<ToyRow> all(Toy2d toy) {
        var norm = new TangentNormalisation(toy.normalisation());
        var mixed = new MixedPairs(PAIRS, FLOW_MATCHING_SHARE);
        var emd = new AyfEmd(PAIRS, norm, new TangentWarmup(0.99, toy.steps() / 4));
        var warmup = new TangentWarmup(1, toy.steps() / 4);
        return List.of(
                new ToyRow("exact teacher, Euler", null, ToyTeacher.PLAIN, 0),
                map("AYF-EMD", emd),
                map("AYF-LMD", new AyfLmd(PAIRS, norm)),
                map("Boffi EMD", new BoffiEmd(PAIRS)),
                map("Boffi LMD", new BoffiLmd(PAIRS)),
                map("TCD", new DiscreteFlowMap(PAIRS, DISCRETE_STEPS, norm)),
                map("CTM", new Ctm(mixed, DISCRETE_STEPS, norm)),
                map("Shortcut, distilled", new ShortcutDistillation(mixed, norm)),
                map("multistep CM, 4 intervals", new MultistepConsistency(TIMES, INTERVALS, DISCRETE_STEPS, norm)),
                consistency("sCD", new Scd(TIMES, norm, warmup)),
                consistency("discrete CM", new DiscreteConsistency(TIMES, DISCRETE_STEPS, norm)),
                consistency("sCT, from scratch", new Sct(TIMES, norm, warmup)),
                map("MeanFlow, from scratch", new MeanFlow(mixed, norm)),
                map("Shortcut, from scratch", new Shortcut(mixed, norm)),
                map("flow matching, Euler", new FlowMatching(TIMES)),
                new ToyRow("autoguided teacher, Euler", null, ToyTeacher.AUTOGUIDED, 0),
                new ToyRow("AYF-EMD, autoguided", emd, ToyTeacher.AUTOGUIDED, 0),
                new ToyRow("CFG teacher, Euler", null, ToyTeacher.CFG, 0),
                new ToyRow("AYF-EMD, CFG", emd, ToyTeacher.CFG, 0));
    }

    private static ToyRow map(String name, Objective objective) {
        return new ToyRow(name, objective, ToyTeacher.PLAIN, 0);
    }

    private static ToyRow consistency(String name, Objective objective) {
        return new ToyRow(name, objective, ToyTeacher.PLAIN, 1);
    }
}
