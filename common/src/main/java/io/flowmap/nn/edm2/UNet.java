package io.flowmap.nn.edm2;

import static io.flowmap.nn.edm2.MagnitudePreserving.SILU_MAGNITUDE;
import static io.flowmap.nn.edm2.MagnitudePreserving.sumGain;

import io.flowmap.graph.Pooling;
import io.flowmap.nn.Network;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.Scope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * EDM2's magnitude-preserving UNet ("Analyzing and Improving the Training Dynamics of Diffusion Models", Karras et al.
 * 2024, configuration G), parameter by parameter, on activations [N,H,W,C].
 *
 * <p>The flow map's network adds embeddings of the target time s and the guidance weight; their gains start at zero, so
 * that it starts as the network without them.
 */
public final class UNet implements Network {
    /** The weight of the last layer. */
    public static final String LAST = "out_conv.weight";

    private final UNetConfig config;
    private final boolean flowMap;

    /**
     * @param flowMap whether the network has the embeddings of target time and guidance weight
     */
    public UNet(UNetConfig config, boolean flowMap) {
        this.config = config;
        this.flowMap = flowMap;
    }

    public UNetConfig config() {
        return config;
    }

    @Override
    public int classes() {
        return config.labelDim();
    }

    @Override
    public boolean isFlowMap() {
        return flowMap;
    }

    /** All arrays in the order of EDM2's state dict; those of the flow map's embeddings follow. */
    @Override
    public List<Parameter> parameters() {
        int emb = config.embeddingChannels();
        List<Parameter> list = new ArrayList<>();
        list.add(new Parameter("out_gain", new long[0], Parameter.Kind.GAIN));
        list.addAll(fourier("emb_fourier"));
        list.add(new Parameter("emb_noise.weight", new long[] {emb, config.noiseChannels()}, Parameter.Kind.WEIGHT));
        if (config.labelDim() > 0) {
            list.add(new Parameter("emb_label.weight", new long[] {emb, config.labelDim()}, Parameter.Kind.WEIGHT));
        }
        Block.encoder(config).forEach(b -> list.addAll(b.parameters(emb)));
        Block.decoder(config).forEach(b -> list.addAll(b.parameters(emb)));
        long[] out = {config.imgChannels(), config.levelChannels(0), 3, 3};
        list.add(new Parameter(LAST, out, Parameter.Kind.WEIGHT));
        if (flowMap) {
            for (String input : List.of("emb_target", "emb_guidance")) {
                list.add(new Parameter(input + ".gain", new long[0], Parameter.Kind.GAIN));
                list.addAll(fourier(input + "_fourier"));
                long[] shape = {emb, config.noiseChannels()};
                list.add(new Parameter(input + ".weight", shape, Parameter.Kind.WEIGHT));
            }
        }
        return list;
    }

    private List<Parameter> fourier(String name) {
        long[] shape = {config.noiseChannels()};
        return List.of(
                new Parameter(name + ".freqs", shape, Parameter.Kind.FREQUENCIES),
                new Parameter(name + ".phases", shape, Parameter.Kind.PHASES));
    }

    @Override
    public SDVariable apply(Scope scope, Input input) {
        return apply(scope, input, new LinkedHashMap<>());
    }

    /** As {@link #apply(Scope, Input)}, and notes the output of every block under its name, in the order of the network. */
    public SDVariable apply(Scope scope, Input input, Map<String, SDVariable> activations) {
        var mp = new MagnitudePreserving(scope);
        SDVariable embedding = embedding(scope, mp, input, activations);
        long[] shape = scope.shape(input.x()).clone();
        shape[3] = 1;
        SDVariable ones = scope.graph().constant(Nd4j.ones(scope.type(), shape));
        SDVariable x = scope.graph().concat(3, input.x(), ones);
        Deque<SDVariable> skips = new ArrayDeque<>();
        for (Block block : Block.encoder(config)) {
            x = apply(scope, mp, block, x, embedding);
            skips.push(x);
            activations.put(block.name(), x);
        }
        for (Block block : Block.decoder(config)) {
            x = block.skip() > 0 ? mp.cat(x, skips.pop(), config.concatBalance()) : x;
            x = apply(scope, mp, block, x, embedding);
            activations.put(block.name(), x);
        }
        SDVariable weight = mp.weight(LAST, 1);
        return mp.conv(x, weight.mul(scope.parameter("out_gain")));
    }

    /** The noise level's part of the embedding [N,E] for labels c_noise [N]: W sqrt(2) cos(c f + phi), rows of W unit. */
    public SDVariable noiseEmbedding(Scope scope, SDVariable noise) {
        return noiseEmbedding(scope, new MagnitudePreserving(scope), noise, new LinkedHashMap<>());
    }

    /** silu of the embedding [N,E] of noise level and class (and target time and guidance weight), without 1/0.596. */
    private SDVariable embedding(
            Scope scope, MagnitudePreserving mp, Input input, Map<String, SDVariable> activations) {
        SDVariable embedding = noiseEmbedding(scope, mp, input.noise(), activations);
        if (config.labelDim() > 0) {
            double gain = sumGain(config.labelBalance()) * Math.sqrt(config.labelDim());
            SDVariable label = mp.linear(input.classes(), mp.weight("emb_label.weight", gain));
            embedding = mp.sum(embedding, label, config.labelBalance());
        }
        if (flowMap) {
            embedding = embedding.add(extra(scope, mp, input.target(), "emb_target"));
            embedding = embedding.add(extra(scope, mp, input.guidance(), "emb_guidance"));
        }
        return mp.silu(embedding);
    }

    private static SDVariable noiseEmbedding(
            Scope scope, MagnitudePreserving mp, SDVariable noise, Map<String, SDVariable> activations) {
        SDVariable features = mp.fourier(noise, "emb_fourier");
        SDVariable embedding = mp.linear(features, mp.weight("emb_noise.weight", 1));
        activations.put("emb_fourier", features);
        activations.put("emb_noise", embedding);
        return embedding;
    }

    private static SDVariable extra(Scope scope, MagnitudePreserving mp, SDVariable value, String name) {
        SDVariable weight = mp.weight(name + ".weight", 1).mul(scope.parameter(name + ".gain"));
        return mp.linear(mp.fourier(value, name + "_fourier"), weight);
    }

    private SDVariable apply(Scope scope, MagnitudePreserving mp, Block block, SDVariable input, SDVariable embedding) {
        if (block.flavor() == Block.Flavor.INPUT) {
            return mp.conv(input, mp.weight(block.name() + ".weight", 1));
        }
        SDVariable x = resample(scope, block, input);
        if (block.flavor() == Block.Flavor.ENCODER) {
            x = block.hasSkipConvolution() ? mp.conv(x, mp.weight(block.name() + ".conv_skip.weight", 1)) : x;
            x = mp.normalize(x, 1);
        }
        SDVariable y = residual(scope, mp, block, x, embedding);
        if (block.flavor() == Block.Flavor.DECODER && block.hasSkipConvolution()) {
            x = mp.conv(x, mp.weight(block.name() + ".conv_skip.weight", 1));
        }
        x = mp.sum(x, y, config.resBalance());
        x = block.heads() > 0 ? new Attention(scope, mp).apply(x, block, config.attnBalance()) : x;
        double clip = config.clipAct();
        return clip > 0 ? scope.graph().math().clipByValue(x, -clip, clip) : x;
    }

    /** conv(silu(conv(silu(x)) * (1 + gain linear(embedding)))) with the residual branch's factor of mp_sum. */
    private SDVariable residual(Scope scope, MagnitudePreserving mp, Block block, SDVariable x, SDVariable embedding) {
        SDVariable y = mp.conv(mp.silu(x), mp.weight(block.name() + ".conv_res0.weight", 1 / SILU_MAGNITUDE));
        SDVariable modulation = mp.weight(block.name() + ".emb_linear.weight", 1 / SILU_MAGNITUDE)
                .mul(scope.parameter(block.name() + ".emb_gain"));
        SDVariable c = mp.linear(embedding, modulation).add(1.0);
        long[] shape = scope.shape(y);
        y = mp.silu(y.mul(scope.reshape(c, shape[0], 1, 1, shape[3])));
        double gain = sumGain(config.resBalance()) / SILU_MAGNITUDE;
        return mp.conv(y, mp.weight(block.name() + ".conv_res1.weight", gain));
    }

    private static SDVariable resample(Scope scope, Block block, SDVariable x) {
        return switch (block.resample()) {
            case KEEP -> x;
            case DOWN -> scope.graph().cnn().avgPooling2d(x, Pooling.average(2, 2, true));
            case UP -> scope.graph().cnn().upsampling2d(x, 2, 2, false);
        };
    }
}
