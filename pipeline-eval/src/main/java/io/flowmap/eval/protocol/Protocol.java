package io.flowmap.eval.protocol;

import io.flowmap.eval.feature.Resize;
import io.flowmap.eval.metric.FrechetDistance;
import io.flowmap.eval.metric.PrecisionRecall.Part;
import java.util.List;
import java.util.Optional;

/**
 * A named way to measure samples. Values compare only where the protocol, the weights and the reference set are the same.
 *
 * @param name of the metric in settings and tables
 * @param resize of the images for InceptionV3; empty where the features are those of {@code evaluate.features}
 * @param measure what is taken of the features
 */
public record Protocol(String name, Optional<Resize> resize, Measure measure) {
    private static final int NEIGHBOURS = 3;

    /** pytorch-fid, clean-fid, torch-fidelity (FID, KID, IS), EDM2 and StyleGAN3 (whose network resizes like TensorFlow 1), ADM. */
    private static final List<Protocol> NAMED = List.of(
            inception("fid:pytorch-fid", Resize.PYTORCH, new Measure.Frechet(FrechetDistance.SAMPLE)),
            inception("fid:clean", Resize.PIL_BICUBIC, new Measure.Frechet(FrechetDistance.SAMPLE)),
            inception("fid:tf1", Resize.TENSORFLOW1, new Measure.Frechet(FrechetDistance.SAMPLE)),
            inception("fid:edm2", Resize.TENSORFLOW1, new Measure.Frechet(FrechetDistance.SAMPLE)),
            inception("fid:stylegan3", Resize.TENSORFLOW1, new Measure.Frechet(FrechetDistance.POPULATION)),
            inception("kid", Resize.TENSORFLOW1, new Measure.Kernel(100, 1000, 2020)),
            inception("is", Resize.TENSORFLOW1, new Measure.Score()),
            inception("precision:adm", Resize.TENSORFLOW1, new Measure.Balls(Part.PRECISION, NEIGHBOURS)),
            inception("recall:adm", Resize.TENSORFLOW1, new Measure.Balls(Part.RECALL, NEIGHBOURS)));

    /** The protocol of that name; throws {@link IllegalArgumentException} listing the known ones. */
    public static Protocol named(String name) {
        return NAMED.stream()
                .filter(protocol -> protocol.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected protocols among "
                        + NAMED.stream().map(Protocol::name).toList() + ", got " + name));
    }

    /** A measure of the features of {@code evaluate.features}. */
    public static Protocol own(String name, Measure measure) {
        return new Protocol(name, Optional.empty(), measure);
    }

    private static Protocol inception(String name, Resize resize, Measure measure) {
        return new Protocol(name, Optional.of(resize), measure);
    }
}
