package io.flowmap.eval;

import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.feature.Resize;
import io.flowmap.eval.protocol.Measure;
import io.flowmap.eval.protocol.Protocol;
import io.flowmap.job.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * One measured value with all that it depends on, its protocol: one row of the table of metrics.
 *
 * @param model "teacher", "student", or the split of real images
 * @param guidance weight, null for real images
 * @param steps of the sampler, null for real images
 * @param metric name of a protocol, or with its features, for example "FD-LeNet"
 * @param samples images measured
 * @param reference split of real images compared with, null where none is
 * @param referenceSamples images of it
 * @param referenceHash SHA-256 of their pixels
 * @param neighbours k of precision and recall, else null
 * @param ddof of the covariances of a Frechet distance, else null
 * @param seed of random subsets, else null
 * @param resize of the images and range of their pixels, null where the network takes them as they are
 * @param network features, null for a time
 * @param networkHash SHA-256 of its weights
 */
record MetricRow(
        String model,
        Double guidance,
        Integer steps,
        String metric,
        double value,
        long samples,
        String reference,
        Long referenceSamples,
        String referenceHash,
        Integer neighbours,
        Integer ddof,
        Long seed,
        String resize,
        String network,
        String networkHash) {
    static final String FRECHET = "FD-";
    static final String PRECISION = "precision-";
    static final String RECALL = "recall-";
    static final String CLASS_ACCURACY = "class-accuracy-";
    static final String MILLISECONDS = "milliseconds-per-image";
    /** Directory of the Parquet table in the stage. */
    static final String TABLE = "table";

    /** A value of images alone. */
    static MetricRow of(String model, SampleSet set, String metric, double value, long samples) {
        return new MetricRow(
                model,
                set == null ? null : (Double) set.guidance(),
                set == null ? null : (Integer) set.steps(),
                metric,
                value,
                samples,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** By features of this network. */
    MetricRow by(FeatureModel features) {
        return new MetricRow(
                model,
                guidance,
                steps,
                metric,
                value,
                samples,
                reference,
                referenceSamples,
                referenceHash,
                neighbours,
                ddof,
                seed,
                resize,
                features.name(),
                features.hash());
    }

    /** With the constants of this protocol. */
    MetricRow with(Protocol protocol) {
        var measure = protocol.measure();
        return new MetricRow(
                model,
                guidance,
                steps,
                metric,
                value,
                samples,
                reference,
                referenceSamples,
                referenceHash,
                measure instanceof Measure.Precision precision
                        ? (Integer) precision.neighbours()
                        : measure instanceof Measure.Recall recall ? (Integer) recall.neighbours() : null,
                measure instanceof Measure.Frechet frechet ? (Integer) frechet.ddof() : null,
                measure instanceof Measure.Kernel kernel ? (Long) kernel.seed() : null,
                protocol.resize().map(Resize::text).orElse(null),
                network,
                networkHash);
    }

    /** Against so many images of a split of the data of that hash. */
    MetricRow against(String split, long count, String hash) {
        return new MetricRow(
                model,
                guidance,
                steps,
                metric,
                value,
                samples,
                split,
                count,
                hash,
                neighbours,
                ddof,
                seed,
                resize,
                network,
                networkHash);
    }

    /** This value over another. Unless forced, throws {@link UserError} that says in which way their protocols or references differ. */
    double over(MetricRow other, boolean forced) {
        var difference = forced ? null : difference(other);
        if (difference != null) {
            throw new UserError("cannot compare " + metric + " of " + model + " with that of " + other.model
                    + ": expected one protocol and reference, got " + difference);
        }
        return value / other.value;
    }

    /** The first part of the protocol that differs, with both values; null where none does. */
    private String difference(MetricRow other) {
        var names = List.of(
                "metric",
                "network",
                "weights",
                "resize",
                "ddof",
                "neighbours",
                "seed",
                "samples",
                "reference split",
                "reference samples",
                "reference hash");
        var mine = protocol();
        var others = other.protocol();
        for (int i = 0; i < names.size(); i++) {
            if (!Objects.equals(mine.get(i), others.get(i))) {
                return names.get(i) + " " + mine.get(i) + " and " + others.get(i);
            }
        }
        return null;
    }

    private List<Object> protocol() {
        var protocol = new ArrayList<Object>();
        protocol.add(metric);
        protocol.add(network);
        protocol.add(networkHash);
        protocol.add(resize);
        protocol.add(ddof);
        protocol.add(neighbours);
        protocol.add(seed);
        protocol.add(samples);
        protocol.add(reference);
        protocol.add(referenceSamples);
        protocol.add(referenceHash);
        return protocol;
    }

    static StructType schema() {
        return new StructType()
                .add("model", DataTypes.StringType, false)
                .add("guidance", DataTypes.DoubleType)
                .add("steps", DataTypes.IntegerType)
                .add("metric", DataTypes.StringType, false)
                .add("value", DataTypes.DoubleType, false)
                .add("samples", DataTypes.LongType, false)
                .add("reference", DataTypes.StringType)
                .add("reference_samples", DataTypes.LongType)
                .add("reference_hash", DataTypes.StringType)
                .add("neighbours", DataTypes.IntegerType)
                .add("ddof", DataTypes.IntegerType)
                .add("seed", DataTypes.LongType)
                .add("resize", DataTypes.StringType)
                .add("network", DataTypes.StringType)
                .add("network_hash", DataTypes.StringType);
    }

    Row row() {
        return RowFactory.create(
                model,
                guidance,
                steps,
                metric,
                value,
                samples,
                reference,
                referenceSamples,
                referenceHash,
                neighbours,
                ddof,
                seed,
                resize,
                network,
                networkHash);
    }

    /** All rows of a table. */
    static List<MetricRow> read(Dataset<Row> table) {
        var rows = new ArrayList<MetricRow>();
        for (var row : table.collectAsList()) {
            rows.add(new MetricRow(
                    row.getAs("model"),
                    row.getAs("guidance"),
                    row.getAs("steps"),
                    row.getAs("metric"),
                    row.<Double>getAs("value"),
                    row.<Long>getAs("samples"),
                    row.getAs("reference"),
                    row.getAs("reference_samples"),
                    row.getAs("reference_hash"),
                    row.getAs("neighbours"),
                    row.getAs("ddof"),
                    row.getAs("seed"),
                    row.getAs("resize"),
                    row.getAs("network"),
                    row.getAs("network_hash")));
        }
        return rows;
    }
}
