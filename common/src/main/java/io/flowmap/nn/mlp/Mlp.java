package io.flowmap.nn.mlp;

import io.flowmap.nn.Layers;
import io.flowmap.nn.Parameter.Kind;
import io.flowmap.nn.Scope;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A small multilayer perceptron for points in a plane: y = W_L a_{L-1}(... a_1(W_1 u + b_1) ...) + b_L, with arrays W1, b1, W2, ... of
 * shapes [out,in] and [out].
 *
 * @param widths widths of input, hidden layers and output
 * @param activations activations of the hidden layers
 */
public record Mlp(List<Integer> widths, List<Activation> activations) {
    /** Activation of a hidden layer. */
    public enum Activation {
        TANH,
        SILU
    }

    public Mlp {
        widths = List.copyOf(widths);
        activations = List.copyOf(activations);
        if (widths.size() < 2 || activations.size() != widths.size() - 2) {
            throw new IllegalArgumentException("cannot build an MLP: expected " + (widths.size() - 2)
                    + " activations for widths " + widths + ", got " + activations);
        }
    }

    /** Maps u [N,in] to y [N,out]. */
    public SDVariable apply(Scope scope, SDVariable u) {
        var layers = new Layers(scope);
        SDVariable y = u;
        for (int layer = 1; layer < widths.size(); layer++) {
            long out = widths.get(layer);
            SDVariable weight = scope.parameter("W" + layer, Kind.DENSE, out, widths.get(layer - 1));
            SDVariable bias = scope.parameter("b" + layer, Kind.BIAS, out);
            y = layers.linear(y, weight, scope.reshape(bias, 1, out));
            if (layer < widths.size() - 1) {
                y = activations.get(layer - 1) == Activation.TANH
                        ? scope.graph().math().tanh(y)
                        : scope.graph().nn().swish(y);
            }
        }
        return y;
    }
}
