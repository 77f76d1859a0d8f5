package io.flowmap.app.mixer;

import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Network;
import io.flowmap.nn.Parameter.Kind;
import io.flowmap.nn.Scope;
import org.nd4j.autodiff.samediff.SDVariable;

/** A small MLP-Mixer (Tolstikhin et al. 2021) whose tokens are modulated by time and condition. */
record Mixer(MixerConfig config, long channels, long height, long width, ConditionShape condition, boolean isFlowMap)
        implements Network {
    @Override
    public long[] sample() {
        return new long[] {height, width, channels};
    }

    @Override
    public String lastLayer() {
        return "out.weight";
    }

    @Override
    public SDVariable apply(Scope scope, Input input) {
        long n = scope.shape(input.x())[0];
        long p = config.patch();
        long rows = height / p;
        long columns = width / p;
        long tokens = rows * columns;
        long wide = config.width();
        SDVariable patches = scope.reshape(input.x(), n, rows, p, columns, p, channels);
        patches = scope.reshape(scope.graph().permute(patches, 0, 1, 3, 2, 4, 5), n * tokens, p * p * channels);
        SDVariable told = linear(scope, "time", column(scope, input.noise()), wide, Kind.DENSE);
        told = told.add(linear(scope, "condition", input.condition().rows(scope), wide, Kind.DENSE));
        if (isFlowMap) {
            SDVariable late = scope.graph().concat(1, column(scope, input.target()), column(scope, input.guidance()));
            told = told.add(linear(scope, "late", late, wide, Kind.BIAS));
        }
        SDVariable x = scope.reshape(linear(scope, "in", patches, wide, Kind.DENSE), n, tokens, wide)
                .add(scope.reshape(told, n, 1, wide));
        for (int block = 0; block < config.blocks(); block++) {
            SDVariable across = scope.reshape(scope.graph().permute(x, 0, 2, 1), n * wide, tokens);
            across = scope.reshape(mlp(scope, block + ".tokens", across), n, wide, tokens);
            x = x.add(scope.graph().permute(across, 0, 2, 1));
            x = x.add(scope.reshape(
                    mlp(scope, block + ".channels", scope.reshape(x, n * tokens, wide)), n, tokens, wide));
        }
        SDVariable y = linear(scope, "out", scope.reshape(x, n * tokens, wide), p * p * channels, Kind.DENSE);
        y = scope.graph().permute(scope.reshape(y, n, rows, columns, p, p, channels), 0, 1, 3, 2, 4, 5);
        return scope.reshape(y, n, height, width, channels);
    }

    private static SDVariable mlp(Scope scope, String name, SDVariable x) {
        long wide = scope.shape(x)[1];
        SDVariable hidden = scope.graph().nn().swish(linear(scope, name + ".1", x, 2 * wide, Kind.DENSE));
        return linear(scope, name + ".2", hidden, wide, Kind.DENSE);
    }

    private static SDVariable linear(Scope scope, String name, SDVariable x, long out, Kind kind) {
        SDVariable weight = scope.parameter(name + ".weight", kind, out, scope.shape(x)[1]);
        return scope.graph().mmul(x, weight, false, true, false);
    }

    private static SDVariable column(Scope scope, SDVariable numbers) {
        return scope.reshape(numbers, scope.shape(numbers)[0], 1);
    }
}
