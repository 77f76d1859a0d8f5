package io.flowmap.distill;

import com.fasterxml.jackson.annotation.JsonProperty;
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

/** The section {@code distill.objective}; reference.conf says which type reads which key. */
record ObjectiveConfig(
        Type type,
        double normalisation,
        double warmupMax,
        long warmupSteps,
        int discreteSteps,
        int intervals,
        double flowMatchingShare) {

    /** The objectives that can be configured. */
    enum Type {
        @JsonProperty("ayf-emd")
        AYF_EMD,
        @JsonProperty("ayf-lmd")
        AYF_LMD,
        @JsonProperty("boffi-emd")
        BOFFI_EMD,
        @JsonProperty("boffi-lmd")
        BOFFI_LMD,
        @JsonProperty("scd")
        SCD,
        @JsonProperty("sct")
        SCT,
        @JsonProperty("discrete-consistency")
        DISCRETE_CONSISTENCY,
        @JsonProperty("multistep-consistency")
        MULTISTEP_CONSISTENCY,
        @JsonProperty("tcd")
        TCD,
        @JsonProperty("ctm")
        CTM,
        @JsonProperty("shortcut-distil")
        SHORTCUT_DISTIL,
        @JsonProperty("shortcut")
        SHORTCUT,
        @JsonProperty("meanflow")
        MEANFLOW,
        @JsonProperty("flow-matching")
        FLOW_MATCHING
    }

    ObjectiveConfig {
        // All values are checked, whatever the type.
        new TangentNormalisation(normalisation);
        new TangentWarmup(warmupMax, warmupSteps);
        if (discreteSteps < 1 || intervals < 1 || !(0 <= flowMatchingShare && flowMatchingShare <= 1)) {
            throw new IllegalArgumentException(
                    "expected discrete-steps and intervals of at least 1 and flow-matching-share in [0, 1], got "
                            + discreteSteps + ", " + intervals + ", " + flowMatchingShare);
        }
    }

    /** Whether the type has a tangent that is warmed up. */
    boolean warms() {
        return type == Type.AYF_EMD || type == Type.SCD || type == Type.SCT;
    }

    /**
     * Builds the objective.
     *
     * @param pairs distribution of (t, s)
     * @param times distribution of t, for objectives where s follows from t
     */
    Objective objective(TimePairs pairs, TimePairs times) {
        var norm = new TangentNormalisation(normalisation);
        var warmup = new TangentWarmup(1, warmupSteps);
        var mixed = new MixedPairs(pairs, flowMatchingShare);
        return switch (type) {
            case AYF_EMD -> new AyfEmd(pairs, norm, new TangentWarmup(warmupMax, warmupSteps));
            case AYF_LMD -> new AyfLmd(pairs, norm);
            case BOFFI_EMD -> new BoffiEmd(pairs);
            case BOFFI_LMD -> new BoffiLmd(pairs);
            case SCD -> new Scd(times, norm, warmup);
            case SCT -> new Sct(times, norm, warmup);
            case DISCRETE_CONSISTENCY -> new DiscreteConsistency(times, discreteSteps, norm);
            case MULTISTEP_CONSISTENCY -> new MultistepConsistency(times, intervals, discreteSteps, norm);
            case TCD -> new DiscreteFlowMap(pairs, discreteSteps, norm);
            case CTM -> new Ctm(mixed, discreteSteps, norm);
            case SHORTCUT_DISTIL -> new ShortcutDistillation(mixed, norm);
            case SHORTCUT -> new Shortcut(mixed, norm);
            case MEANFLOW -> new MeanFlow(mixed, norm);
            case FLOW_MATCHING -> new FlowMatching(times);
        };
    }
}
