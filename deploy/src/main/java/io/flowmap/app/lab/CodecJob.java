package io.flowmap.app.lab;

import io.flowmap.app.study.TextTable;
import io.flowmap.codec.LatentCodec;
import io.flowmap.codec.Taef2;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.file.Sha256;
import io.flowmap.page.Html;
import io.flowmap.page.Page;
import io.flowmap.page.PngImage;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageOutput;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/** Encodes and decodes real images with {@link Taef2}; shows the peak signal-to-noise ratio of each, and both versions in one picture. */
public final class CodecJob implements Job {
    static final String STAGE = "lab/codec";
    static final String PICTURE = "images.png";
    private static final String SECTION = "lab.codec";

    /** @param psnrDb of each image */
    private record Facts(List<String> images, List<Double> psnrDb, double meanPsnrDb, String picture) {}

    @Override
    public String name() {
        return "lab codec";
    }

    @Override
    public String summary() {
        return "encode and decode real images with the latent codec TAEF2: PSNR, and both versions in one picture";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of(SECTION, CodecConfig.class);
    }

    @Override
    public void run(JobContext context) {
        var settings = context.settings().section(SECTION, CodecConfig.class);
        try (var codec = Taef2.open(context.hadoop(), new Path(settings.encoder()), new Path(settings.decoder()))) {
            var shape = shape(settings, codec);
            var images = new SourceImages(context, settings).first();
            new Stage(STAGE, List.of(SECTION), inputs(settings, codec, images))
                    .make(context, name(), output -> write(output, trips(context, codec, images, shape), shape));
        }
    }

    private static LatentShape shape(CodecConfig settings, LatentCodec codec) {
        var shape = new LatentShape(3, settings.size(), settings.size());
        try {
            codec.latent(shape);
            return shape;
        } catch (IllegalArgumentException e) {
            throw new UserError(
                    "cannot encode with " + codec.name() + " with " + SECTION + ".size=" + settings.size() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private static List<StageInput> inputs(CodecConfig settings, LatentCodec codec, List<NamedImage> images) {
        var digest = Sha256.digest();
        images.forEach(image -> digest.update(image.pixels()));
        return List.of(
                new StageInput(
                        SECTION + ".encoder",
                        StageInput.withoutCredentials(new Path(settings.encoder())),
                        codec.hash()),
                new StageInput(
                        SECTION + ".images",
                        StageInput.withoutCredentials(new Path(settings.images())),
                        HexFormat.of().formatHex(digest.digest())));
    }

    private List<RoundTrip> trips(JobContext context, LatentCodec codec, List<NamedImage> images, LatentShape shape) {
        var trips = new ArrayList<RoundTrip>();
        for (var image : images) {
            var trip = RoundTrip.of(codec, image, shape);
            context.progress().phase(name(), Map.of("image", image.name(), "psnr-db", decibels(trip.psnr())));
            trips.add(trip);
        }
        context.progress().phase(name(), Map.of("images", trips.size(), "mean-psnr-db", decibels(mean(trips))));
        return trips;
    }

    private static Facts write(StageOutput output, List<RoundTrip> trips, LatentShape shape) {
        var before = trips.stream().map(trip -> trip.image().pixels()).toList();
        var after = trips.stream().map(RoundTrip::decoded).toList();
        var picture = PngImage.grid(List.of(before, after), shape, 1);
        var rows = new ArrayList<List<String>>(List.of(List.of("image", "PSNR, dB")));
        trips.forEach(trip -> rows.add(List.of(trip.image().name(), decibels(trip.psnr()))));
        rows.add(List.of("mean", decibels(mean(trips))));
        LabPage.picture(output, PICTURE, picture);
        LabPage.table(output, new TextTable(rows).toString());
        LabPage.page(
                output,
                new Page("Images through " + Taef2.NAME, "encoded and decoded, " + trips.size() + " images")
                        .section(
                                "Pictures",
                                "Originals above, decoded below.",
                                "<div class=\"scroll\">" + Html.image(picture, "originals above, decoded below")
                                        + "</div>")
                        .section(
                                "Peak signal-to-noise ratio",
                                "",
                                Html.table(
                                        "Of the decoded image against the original, in decibels; higher is better.",
                                        rows,
                                        1))
                        .html());
        return new Facts(
                trips.stream().map(trip -> trip.image().name()).toList(),
                trips.stream().map(RoundTrip::psnr).toList(),
                mean(trips),
                PICTURE);
    }

    private static double mean(List<RoundTrip> trips) {
        return trips.stream().mapToDouble(RoundTrip::psnr).average().orElseThrow();
    }

    private static String decibels(double psnr) {
        return String.format(Locale.ROOT, "%.2f", psnr);
    }
}
