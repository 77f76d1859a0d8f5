package io.flowmap.bench;

import io.flowmap.bench.BenchNetwork.Block;

/** Multiply-adds of the convolutions and matrix products of a network, by which a time becomes a share of sgemm. */
public final class MultiplyAdds {
    private MultiplyAdds() {}

    /** One forward pass. */
    public static long forward(BenchNetwork network, int batch) {
        long side = network.resolution();
        long first = (network.imageChannels() + 1L) * network.firstChannels() * 9;
        long last = (long) network.imageChannels() * network.firstChannels() * 9;
        long sum = (first + last) * side * side;
        for (Block block : network.encoder()) {
            sum += block(network, block);
        }
        for (Block block : network.decoder()) {
            sum += block(network, block);
        }
        return batch * (sum + embeddings(network));
    }

    /** Both teachers, the field with gradients (backward counts as two forwards), the central difference. */
    public static long finiteDifferenceStep(BenchNetwork network, int batch) {
        return 2 * forward(network.teacher(), batch) + 5 * forward(network, batch);
    }

    /** As above with a forward-mode tangent: a linear map's tangent costs that map once more (attention twice). */
    public static long tangentStep(BenchNetwork network, int batch) {
        return 2 * forward(network.teacher(), batch) + 4 * forward(network, batch) + batch * attentionProducts(network);
    }

    private static long attentionProducts(BenchNetwork network) {
        long sum = 0;
        for (Block block : network.encoder()) {
            sum += products(block);
        }
        for (Block block : network.decoder()) {
            sum += products(block);
        }
        return sum;
    }

    private static long block(BenchNetwork network, Block block) {
        long positions = (long) block.side() * block.side();
        long in = block.in();
        long out = block.out();
        long from = block.decoder() ? in : out;
        long residual = (from * out + out * out) * 9;
        long skip = block.projects() ? in * out : 0;
        long attention = block.heads() > 0 ? 4 * out * out : 0;
        return positions * (residual + skip + attention) + out * network.embeddingChannels() + products(block);
    }

    /** q k^T and its product with v. */
    private static long products(Block block) {
        long positions = (long) block.side() * block.side();
        return block.heads() > 0 ? 2 * positions * positions * block.out() : 0;
    }

    private static long embeddings(BenchNetwork network) {
        int sources = network.targetTime() ? 3 : 1;
        return (long) network.embeddingChannels() * (sources * network.noiseChannels() + network.labelDim());
    }
}
