package io.flowmap.eval.protocol;

import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.feature.InceptionModel;
import io.flowmap.eval.feature.Resize;
import io.flowmap.eval.neighbour.PrecisionRecall.Part;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A named way to measure samples. Values are comparable only with equal protocol, weights and reference set.
 *
 * @param name of the metric in settings and tables
 * @param source of the features; empty for those of {@code evaluate.features}
 * @param measure computed from the features
 */
public record Protocol(String name, Optional<FeatureSource> source, Measure measure) {
    private static final int NEIGHBOURS = 3;
    private static final Measure SAMPLE = new Measure.Frechet(FrechetDistance.SAMPLE);
    private static final Measure KERNEL = new Measure.Kernel(100, 1000, 2020);

    /** pytorch-fid, clean-fid, torch-fidelity (FID, KID, IS), EDM2 and StyleGAN3 (whose network resizes like TensorFlow 1), ADM, dgm-eval. */
    private static final List<Protocol> NAMED = List.of(
            inception("fid:pytorch-fid", Resize.PYTORCH, SAMPLE),
            inception("fid:pytorch-fid-64", Resize.PYTORCH, 64, SAMPLE),
            inception("fid:pytorch-fid-192", Resize.PYTORCH, 192, SAMPLE),
            inception("fid:pytorch-fid-768", Resize.PYTORCH, 768, SAMPLE),
            inception("fid:clean", Resize.PIL_BICUBIC, SAMPLE),
            inception("fid:tf1", Resize.TENSORFLOW1, SAMPLE),
            inception("fid:edm2", Resize.TENSORFLOW1, SAMPLE),
            inception("fid:stylegan3", Resize.TENSORFLOW1, new Measure.Frechet(FrechetDistance.POPULATION)),
            inception("kid", Resize.TENSORFLOW1, KERNEL),
            inception("is", Resize.TENSORFLOW1, new Measure.Score()),
            inception("precision:adm", Resize.TENSORFLOW1, new Measure.Balls(Part.PRECISION, NEIGHBOURS)),
            inception("recall:adm", Resize.TENSORFLOW1, new Measure.Balls(Part.RECALL, NEIGHBOURS)),
            new Protocol("fd:resnet56", Optional.of(new FeatureSource.ResNet(56)), SAMPLE),
            new Protocol("fd:dinov2", Optional.of(new FeatureSource.Dinov2()), SAMPLE),
            vgg16("precision:vgg16", Part.PRECISION),
            vgg16("recall:vgg16", Part.RECALL));

    /** Measures of the features of a file; the name is followed by a colon and the path. */
    private static final Map<String, Measure> OF_FILES = Map.of(
            "fd",
            SAMPLE,
            "kid",
            KERNEL,
            "precision",
            new Measure.Balls(Part.PRECISION, NEIGHBOURS),
            "recall",
            new Measure.Balls(Part.RECALL, NEIGHBOURS));

    private static final Pattern OF_FILE = Pattern.compile("(fd|kid|precision|recall):(.+)");

    /** The protocol with that name. Throws {@link IllegalArgumentException} listing the known names. */
    public static Protocol named(String name) {
        var file = OF_FILE.matcher(name);
        var source = file.matches() ? source(file.group(2)) : Optional.<FeatureSource>empty();
        if (source.isPresent()) {
            return new Protocol(name, source, OF_FILES.get(file.group(1)));
        }
        return NAMED.stream()
                .filter(protocol -> protocol.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected protocols among "
                        + NAMED.stream().map(Protocol::name).toList()
                        + " or fd:, kid:, precision: or recall: followed by the path of an .onnx, .zip or .h5 file, got "
                        + name));
    }

    private static Optional<FeatureSource> source(String path) {
        return path.endsWith(".onnx")
                ? Optional.of(new FeatureSource.Onnx(path))
                : FeatureSource.Dl4j.of(path).map(FeatureSource.class::cast);
    }

    /** A measure on the features of {@code evaluate.features}. */
    public static Protocol own(String name, Measure measure) {
        return new Protocol(name, Optional.empty(), measure);
    }

    /** StyleGAN3's, after Kynkaanniemi et al. 2019. */
    private static Protocol vgg16(String name, Part part) {
        return new Protocol(name, Optional.of(new FeatureSource.Vgg16()), new Measure.Balls(part, NEIGHBOURS));
    }

    private static Protocol inception(String name, Resize resize, Measure measure) {
        return inception(name, resize, InceptionModel.FEATURES, measure);
    }

    private static Protocol inception(String name, Resize resize, int dimension, Measure measure) {
        return new Protocol(name, Optional.of(new FeatureSource.Inception(resize, dimension)), measure);
    }
}
