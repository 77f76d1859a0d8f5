package io.flowmap.eval.feature.dl4j;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;

/**
 * What a configuration says of the images that a network takes; 0 where it says nothing.
 *
 * @param channels of an image
 * @param height in pixels
 * @param width in pixels
 * @param channelsLast whether images are [N,H,W,C] and not [N,C,H,W]
 * @param length of the vectors [N, C H W] if the network takes those, 0 if it takes images
 */
public record InputForm(int channels, int height, int width, boolean channelsLast, int length) {
    private static final Set<String> VECTORS = Set.of("DenseLayer", "OutputLayer", "CenterLossOutputLayer");
    private static final String LAST = "NHWC";

    /** The form in a configuration of layers or of a graph with one input. */
    static InputForm of(JsonNode tree) {
        return tree.has("vertices") ? ofGraph(tree) : ofLayers(tree);
    }

    private static InputForm ofLayers(JsonNode tree) {
        var confs = tree.path("confs");
        var first = confs.path(0).path("layer");
        int channels = 0;
        for (int i = 0; i < confs.size() && channels == 0; i++) {
            channels = confs.get(i).path("layer").path("nin").asInt();
        }
        return of(tree.path("inputPreProcessors").path("0"), first, channels, hasLast(tree));
    }

    private static InputForm ofGraph(JsonNode tree) {
        var input = tree.path("networkInputs").path(0).asText();
        var reached = new HashSet<>(Set.of(input));
        for (var name : tree.path("topologicalOrderStr")) {
            var sources = tree.path("vertexInputs").path(name.asText());
            boolean follows =
                    sources.size() == 1 && reached.contains(sources.get(0).asText());
            if (!follows) {
                continue;
            }
            var vertex = tree.path("vertices").path(name.asText());
            var layer = vertex.path("layerConf").path("layer");
            if (layer.path("nin").asInt() > 0) {
                return of(vertex.path("preProcessor"), layer, layer.path("nin").asInt(), hasLast(tree));
            }
            reached.add(name.asText());
        }
        return new InputForm(0, 0, 0, hasLast(tree), 0);
    }

    private static InputForm of(JsonNode preprocessor, JsonNode layer, int inputs, boolean last) {
        int height = preprocessor.path("inputHeight").asInt();
        int width = preprocessor.path("inputWidth").asInt();
        int channels = preprocessor.path("numChannels").asInt();
        if (simple(preprocessor).equals("FeedForwardToCnnPreProcessor")) {
            return new InputForm(channels, height, width, last, channels * height * width);
        }
        if (channels > 0) {
            return new InputForm(channels, height, width, last, 0);
        }
        return VECTORS.contains(simple(layer))
                ? new InputForm(0, 0, 0, false, inputs)
                : new InputForm(inputs, 0, 0, last, 0);
    }

    /** The same with a size from elsewhere. */
    InputForm sized(int height, int width) {
        return new InputForm(channels, height, width, channelsLast, length);
    }

    private static String simple(JsonNode named) {
        var name = named.path(AllowedClasses.KEY).asText();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static boolean hasLast(JsonNode tree) {
        if (tree.isTextual() && tree.asText().equals(LAST)) {
            return true;
        }
        for (var child : tree) {
            if (hasLast(child)) {
                return true;
            }
        }
        return false;
    }
}
