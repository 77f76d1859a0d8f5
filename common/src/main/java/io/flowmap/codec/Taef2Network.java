package io.flowmap.codec;

import io.flowmap.checkpoint.FrozenArrays;
import io.flowmap.checkpoint.StateDict;
import io.flowmap.codec.Taef2Layer.Kind;
import io.flowmap.nn.Layers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/** The two halves of TAEF2 as lists of layers. */
enum Taef2Network {
    /** RGB in [0, 1] to latents of 1/8 of the image's side. */
    ENCODER {
        @Override
        List<Taef2Layer> layers() {
            var list = new ArrayList<Taef2Layer>();
            add(list, Kind.CONV, COLOURS, WIDTH);
            add(list, Kind.BLOCK, WIDTH, WIDTH);
            for (int stage = 1; stage <= STAGES; stage++) {
                add(list, Kind.DOWN, WIDTH, WIDTH);
                addBlocks(list, stage == STAGES ? Kind.NORM_BLOCK : Kind.BLOCK);
            }
            add(list, Kind.CONV, WIDTH, CHANNELS);
            return list;
        }
    },
    /** Latents to RGB. */
    DECODER {
        @Override
        List<Taef2Layer> layers() {
            var list = new ArrayList<Taef2Layer>();
            add(list, Kind.SOFT_CLIP, CHANNELS, CHANNELS);
            add(list, Kind.CONV, CHANNELS, WIDTH);
            add(list, Kind.RELU, WIDTH, WIDTH);
            for (int stage = 0; stage < STAGES; stage++) {
                addBlocks(list, stage == 0 ? Kind.NORM_BLOCK : Kind.BLOCK);
                add(list, Kind.DOUBLE, WIDTH, WIDTH);
                add(list, Kind.PLAIN_CONV, WIDTH, WIDTH);
            }
            add(list, Kind.BLOCK, WIDTH, WIDTH);
            add(list, Kind.CONV, WIDTH, COLOURS);
            return list;
        }
    };

    /** Channels of a latent. */
    static final int CHANNELS = 32;

    static final int COLOURS = 3;
    private static final int WIDTH = 64;
    private static final int STAGES = 3;
    private static final int BLOCKS = 3;
    /** Side of an image divided by the side of its latent. */
    static final int SCALE = 1 << STAGES;

    abstract List<Taef2Layer> layers();

    /** Takes the arrays of this network. The dictionary must hold no others. */
    FrozenArrays read(StateDict dict) {
        var shapes = new LinkedHashMap<String, long[]>();
        layers().forEach(layer -> layer.putShapes(shapes));
        var values = new HashMap<String, double[]>();
        shapes.forEach((name, shape) -> values.put(name, dict.take(name, shape)));
        dict.requireAllTaken();
        return FrozenArrays.of(shapes, values);
    }

    /** The output of an input [N,H,W,C]. */
    SDVariable apply(Layers layers, SDVariable input) {
        var x = input;
        for (var layer : layers()) {
            x = layer.apply(layers, x);
        }
        return x;
    }

    private static void addBlocks(List<Taef2Layer> list, Kind kind) {
        for (int i = 0; i < BLOCKS; i++) {
            add(list, kind, WIDTH, WIDTH);
        }
    }

    private static void add(List<Taef2Layer> list, Kind kind, int in, int out) {
        list.add(new Taef2Layer(list.size(), kind, in, out));
    }
}
