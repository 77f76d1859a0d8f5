package io.flowmap.ingest;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonFormat.Feature;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowmap.data.LatentShape;
import io.flowmap.ingest.archive.Limits;
import io.flowmap.ingest.image.Framing;
import io.flowmap.ingest.judge.FilterConfig;
import io.flowmap.ingest.judge.LabelPolicy;
import io.flowmap.ingest.label.ClassNames;
import io.flowmap.ingest.source.Embedded;
import io.flowmap.ingest.source.Payload;
import io.flowmap.ingest.source.Reading;
import io.flowmap.ingest.source.SourceKind;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The section {@code ingest}; {@code reference.conf} explains every key. */
record IngestConfig(
        @JsonFormat(with = Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) List<String> train,
        @JsonFormat(with = Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) List<String> test,
        SourceKind kind,
        String classNames,
        LabelPolicy labels,
        CaptionConfig captions,
        FilterConfig filter,
        int resolution,
        List<String> buckets,
        Framing transform,
        boolean scaledJpeg,
        Color color,
        EncoderKind encoder,
        LatentConfig codec,
        Storage dtype,
        int blockRecords,
        double maxFailureShare,
        int maxRecordBytes,
        long maxPixels,
        int maxClasses,
        Drawings shapes,
        Drawings scenes) {
    private static final int MOST_BLOCK_RECORDS = 4096;
    private static final long MOST_BLOCK_BYTES = 256L << 20;
    private static final Pattern BUCKET = Pattern.compile("([1-9]\\d{0,4})x([1-9]\\d{0,4})");

    IngestConfig {
        train = train == null ? List.of() : List.copyOf(train);
        test = test == null ? List.of() : List.copyOf(test);
        if (train.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected ingest.train to name files, folders or an embedded dataset, got nothing");
        }
        if (!captions.isFitFor(isCaptioned(train, test))) {
            throw new IllegalArgumentException(
                    "expected captions.from to name the fields or files with captions, got nothing");
        }
        if (resolution < 0 || blockRecords < 0) {
            throw new IllegalArgumentException(
                    "expected resolution >= 0 and block-records >= 0, got " + resolution + " and " + blockRecords);
        }
        if (!(maxFailureShare >= 0 && maxFailureShare <= 1)) {
            throw new IllegalArgumentException("expected max-failure-share in 0..1, got " + maxFailureShare);
        }
        new Limits(maxRecordBytes, maxPixels, maxClasses);
        buckets = List.copyOf(buckets);
        buckets.forEach(IngestConfig::sides);
        if (!buckets.isEmpty() && (transform != Framing.CENTER_CROP || resolution != 0)) {
            throw new IllegalArgumentException(
                    "expected transform = center-crop and resolution = 0 with buckets, got other values");
        }
        if (!buckets.isEmpty() && encoder == EncoderKind.LATENTS) {
            throw new IllegalArgumentException("expected images for buckets, got latents");
        }
        if (encoder == EncoderKind.CODEC && codec.files() == null) {
            throw new IllegalArgumentException("expected codec.kind taef2, onnx or flux to encode images, got none");
        }
        if (encoder == EncoderKind.LATENTS && filter.duplicates() == FilterConfig.Duplicates.PERCEPTUAL) {
            throw new IllegalArgumentException("expected images for filter.duplicates = perceptual, got latents");
        }
    }

    /**
     * Number of records in a block of latents: the configured number, or as many as training can hold in float32.
     *
     * @param condition number of values of a record's conditions
     */
    int recordsOfBlock(LatentShape latent, long condition) {
        long fitting = MOST_BLOCK_BYTES / (Float.BYTES * (latent.size() + condition));
        return blockRecords > 0 ? blockRecords : (int) Math.min(Math.max(fitting, 1), MOST_BLOCK_RECORDS);
    }

    /** Whether records have captions. */
    boolean isCaptioned() {
        return !captions.from().isEmpty() || isCaptioned(train, test);
    }

    private static boolean isCaptioned(List<String> train, List<String> test) {
        return Stream.concat(train.stream(), test.stream())
                .anyMatch(
                        path -> Embedded.of(path).filter(Embedded::isCaptioned).isPresent());
    }

    /** How many images of an embedded dataset are drawn. */
    Drawings drawings(Embedded dataset) {
        return dataset == Embedded.SHAPES ? shapes : scenes;
    }

    /** Kind of the sources' records. */
    Payload payload() {
        return encoder == EncoderKind.LATENTS ? Payload.LATENT : Payload.IMAGE;
    }

    /** What to read from the sources. */
    Reading reading(ClassNames names) {
        return new Reading(
                names,
                limits(),
                payload(),
                captions.from(),
                List.copyOf(filter.fields().keySet()));
    }

    /** The aspect buckets for images with this number of channels. */
    List<LatentShape> buckets(int channels) {
        return buckets.stream()
                .map(IngestConfig::sides)
                .map(sides -> new LatentShape(channels, sides[1], sides[0]))
                .toList();
    }

    /** Width and height of a bucket "WxH". */
    private static int[] sides(String bucket) {
        var matcher = BUCKET.matcher(bucket);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("expected buckets as WIDTHxHEIGHT, such as 640x448, got " + bucket);
        }
        return new int[] {Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))};
    }

    Limits limits() {
        return new Limits(maxRecordBytes, maxPixels, maxClasses);
    }

    /** Channels of the output. */
    enum Color {
        /** RGB if any of the first images has colour, else gray. */
        @JsonProperty("auto")
        AUTO,
        @JsonProperty("gray")
        GRAY,
        @JsonProperty("rgb")
        RGB
    }

    /** Kinds of conversion from pixels to latents. */
    enum EncoderKind {
        @JsonProperty("edm2")
        EDM2,
        @JsonProperty("standardised")
        STANDARDISED,
        /** Images are encoded by the autoencoder {@code codec}. */
        @JsonProperty("codec")
        CODEC,
        /** The sources already hold latents. */
        @JsonProperty("latents")
        LATENTS
    }

    /** Number of images in each split of an embedded dataset. */
    record Drawings(int count, int testCount) {
        Drawings {
            if (count < 1 || testCount < 1) {
                throw new IllegalArgumentException("expected positive counts, got " + count + " and " + testCount);
            }
        }
    }
}
