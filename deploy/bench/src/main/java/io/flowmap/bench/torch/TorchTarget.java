package io.flowmap.bench.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Tangent-normalised target of AYF-EMD: g = v - F + r (s-t) dF/dt, target = F + g/(||g|| + c), all without gradient.
 *
 * @param residual g [B,C,H,W]
 * @param target [B,C,H,W]
 */
record TorchTarget(Tensor residual, Tensor target) {
    /** Velocity, field and tangent [B,C,H,W]; times s and t [B]. The caller holds a no-gradient guard. */
    static TorchTarget of(
            Tensor velocity, Tensor field, Tensor tangent, Tensor s, Tensor t, double warmup, double normalisation) {
        Tensor interval = Torch.mul(s.sub(t), warmup).reshape(-1, 1, 1, 1);
        Tensor residual = torch.addcmul(velocity.sub(field), tangent, interval);
        Tensor norm = Torch.add(Torch.norm(residual, 1, 2, 3), normalisation);
        return new TorchTarget(residual, torch.addcdiv(field, residual, norm));
    }
}
