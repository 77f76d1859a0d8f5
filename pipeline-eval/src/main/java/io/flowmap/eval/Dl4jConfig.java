package io.flowmap.eval;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowmap.eval.feature.Dl4jModel;
import io.flowmap.eval.feature.OnnxConfig;
import java.util.List;

/**
 * The section {@code evaluate.dl4j}: preparation of images for files of Deeplearning4j and Keras.
 *
 * @param side width and height of the network's images in pixels, 0 for what the file says, or for that of the images
 * @param colours order of the colours
 * @param mean mean of each colour in 0..1, in that order
 * @param deviation standard deviation of each colour
 */
record Dl4jConfig(int side, Colours colours, List<Double> mean, List<Double> deviation) {
    /** Order of the colours. */
    enum Colours {
        @JsonProperty("rgb")
        RGB,
        @JsonProperty("bgr")
        BGR
    }

    Dl4jConfig {
        var checked = new OnnxConfig(side, mean, deviation);
        mean = checked.mean();
        deviation = checked.deviation();
    }

    Dl4jModel.Input input() {
        return new Dl4jModel.Input(side, colours == Colours.BGR, mean, deviation);
    }
}
