package io.flowmap.adversarial.discriminator;

import io.flowmap.graph.Jvp;
import io.flowmap.graph.Shapes;
import io.flowmap.graph.Vjp;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient;
import org.nd4j.linalg.api.ops.impl.reduce.floating.SquaredNorm;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Gradient penalty (weight/2) mean_b R_b of the discriminator at samples x.
 *
 * <p>In the exact form R_b = || d sum_j D(x)_j / dx_b ||^2. It differentiates the sum over the batch, because the minibatch deviation
 * couples the samples. The gradient of the penalty is computed as the gradient of the tangent of D along the constant direction
 * weight/N dD/dx, which avoids a second reverse pass.
 *
 * @param size R of each sample [N]
 * @param output value that depends on the parameters [N]
 * @param cotangent dPenalty/dOutput [N]
 */
public record GradientPenalty(SDVariable size, SDVariable output, SDVariable cotangent) {
    /** R = ||dD/dx||^2. */
    public static GradientPenalty exact(Shapes shapes, SDVariable logits, SDVariable x, double weight) {
        long batch = shapes.of(logits)[0];
        var ones = shapes.graph().constant(Nd4j.ones(logits.dataType(), batch));
        var slope = Vjp.of(shapes, logits, ones, List.of(x)).get(x);
        int[] elements = IntStream.range(1, shapes.of(x).length).toArray();
        var size = new SquaredNorm(shapes.graph(), slope, false, elements).outputVariable();
        var direction = new StopGradient(shapes.graph(), slope).outputVariable().mul(weight / batch);
        var tangent = Jvp.of(shapes, logits, Map.of(x, direction));
        return new GradientPenalty(size, tangent, ones);
    }

    /**
     * R = d^2 with d = (D(x + sigma e) - D(x)) / sigma for noise e ~ N(0, I). Its mean over e tends to ||dD/dx||^2 as sigma tends to 0.
     *
     * @param there D(x + sigma e) [N]
     * @param here D(x) [N]
     */
    static GradientPenalty difference(Shapes shapes, SDVariable there, SDVariable here, double weight, double sigma) {
        var difference = there.sub(here).mul(1 / sigma);
        long batch = shapes.of(difference)[0];
        return new GradientPenalty(
                shapes.graph().math().square(difference), difference, difference.mul(weight / batch));
    }
}
