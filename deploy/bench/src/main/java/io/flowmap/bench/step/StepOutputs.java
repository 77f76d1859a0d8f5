package io.flowmap.bench.step;

import java.util.Map;

/**
 * Values of one AYF-EMD step before the update, for comparing two implementations.
 *
 * @param field F(x_t,t,s) [B,C,H,W]
 * @param velocity guided teacher velocity v(x_t,t) [B,C,H,W]
 * @param tangent dF/dt along (v,1,0) [B,C,H,W]
 * @param residual g = v - F + r (s-t) dF/dt [B,C,H,W], not normalised
 * @param loss mean over the batch of ||F - sg(F + ghat)||^2
 * @param gradients gradients of the loss by parameter name, in EDM2's layout
 */
public record StepOutputs(
        double[] field,
        double[] velocity,
        double[] tangent,
        double[] residual,
        double loss,
        Map<String, double[]> gradients) {}
