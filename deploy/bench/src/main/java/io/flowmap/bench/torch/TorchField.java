package io.flowmap.bench.torch;

import io.flowmap.bench.torch.TorchUnet.Condition;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The network with its preconditioning: F(x,t,s,lambda) = (t - (1-t) sd^2)/S^2 x - sd/S N(x/S; t, s, lambda) with
 * S^2 = t^2 + (1-t)^2 sd^2; without s and lambda it is the velocity of a teacher.
 */
final class TorchField {
    /** Where a field is evaluated: x [B,C,H,W]; t, s and guidance [B]; one-hot labels [B,L]. */
    record Point(Tensor x, Tensor t, Tensor s, Tensor guidance, Optional<Tensor> labels) {
        Point at(Tensor x, Tensor t) {
            return new Point(x, t, s, guidance, labels);
        }

        /** This batch followed by another that shares s, guidance and labels. */
        Point join(Point other) {
            return new Point(
                    Torch.concatenate(0, x, other.x),
                    Torch.concatenate(0, t, other.t),
                    Torch.concatenate(0, s, other.s),
                    Torch.concatenate(0, guidance, other.guidance),
                    labels.map(mine -> Torch.concatenate(0, mine, mine)));
        }
    }

    private final TorchUnet network;
    private final boolean targetTime;
    private final double sigmaData;

    TorchField(TorchUnet network, boolean targetTime, double sigmaData) {
        this.network = network;
        this.targetTime = targetTime;
        this.sigmaData = sigmaData;
    }

    Tensor at(Point point) {
        try (var scope = new TorchScope()) {
            double variance = sigmaData * sigmaData;
            Tensor t = point.t().reshape(-1, 1, 1, 1);
            Tensor rest = Torch.add(Torch.mul(t, -1), 1);
            Tensor square = Torch.add(t.square(), rest.square(), variance);
            Tensor inverse = square.rsqrt();
            Tensor skip = Torch.add(t, rest, -variance).div(square);
            Tensor raw = network.forward(point.x().mul(inverse), condition(point));
            Tensor out = Torch.mul(inverse, -sigmaData);
            return scope.keep(torch.addcmul(point.x().mul(skip), raw, out));
        }
    }

    private Condition condition(Point point) {
        return new Condition(
                point.t(),
                targetTime ? Optional.of(point.s()) : Optional.empty(),
                targetTime ? Optional.of(point.guidance()) : Optional.empty(),
                point.labels());
    }
}
