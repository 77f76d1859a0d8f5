package io.flowmap.eval.table;

import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.protocol.Measure;
import io.flowmap.eval.protocol.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Everything that a measured value depends on, except the images. Values are comparable only if this is equal.
 *
 * @param metric name of a protocol, or of a measure with its features, for example "FD-LeNet"
 * @param label class of the images on both sides, null for all
 * @param samples number of images measured
 * @param reference images or prompts compared with, null for a measure without reference
 * @param neighbours k of precision and recall, else null
 * @param ddof of the covariances of a Frechet distance, else null
 * @param seed of random subsets, else null
 * @param network network of the features or of the score, null for a cost and where prompts are measured without one
 */
public record MetricProtocol(
        String metric,
        Integer label,
        long samples,
        Reference reference,
        Integer neighbours,
        Integer ddof,
        Long seed,
        Network network) {
    private static final StructType SCHEMA = new StructType()
            .add("metric", DataTypes.StringType, false)
            .add("class", DataTypes.IntegerType)
            .add("samples", DataTypes.LongType, false)
            .add("reference", DataTypes.StringType)
            .add("reference_samples", DataTypes.LongType)
            .add("reference_hash", DataTypes.StringType)
            .add("neighbours", DataTypes.IntegerType)
            .add("ddof", DataTypes.IntegerType)
            .add("seed", DataTypes.LongType)
            .add("resize", DataTypes.StringType)
            .add("network", DataTypes.StringType)
            .add("network_hash", DataTypes.StringType)
            .add("dimension", DataTypes.IntegerType);

    /**
     * What images are compared with: real images, or prompts.
     *
     * @param split split of the ingested data, or {@link #PROMPTS}
     * @param samples number of its images, or of different prompts
     * @param hash SHA-256 of their pixels, or of the prompts
     */
    public record Reference(String split, long samples, String hash) {
        /** In place of a split: prompts. */
        public static final String PROMPTS = "prompts";
    }

    /**
     * The network that gives the features.
     *
     * @param resize resize of the images and range of their pixels
     * @param name name of the network
     * @param hash SHA-256 of its weights
     * @param dimension features per image
     */
    public record Network(String resize, String name, String hash, int dimension) {
        public static Network of(FeatureModel model) {
            return new Network(model.preparation(), model.name(), model.hash(), model.dimension());
        }
    }

    /** Protocol of a cost, which involves no feature network. */
    public static MetricProtocol ofCost(String metric, long samples) {
        return new MetricProtocol(metric, null, samples, null, null, null, null, null);
    }

    /** Protocol of a value of images for their prompts; {@code network} is null where no network is asked. */
    public static MetricProtocol ofPrompts(String metric, long samples, Reference prompts, Network network) {
        return new MetricProtocol(metric, null, samples, prompts, null, null, null, network);
    }

    /** Protocol of a value that the network computes from the images alone. */
    public static MetricProtocol of(FeatureModel network, String metric, long samples) {
        return new MetricProtocol(metric, null, samples, null, null, null, null, Network.of(network));
    }

    /** Protocol of a named measure, with the constants that it fixes. */
    public static MetricProtocol of(FeatureModel network, Protocol protocol, long samples, Reference reference) {
        var measure = protocol.measure();
        return new MetricProtocol(
                protocol.name(),
                null,
                samples,
                reference,
                measure.neighbours().orElse(null),
                measure instanceof Measure.Frechet frechet ? (Integer) frechet.ddof() : null,
                measure instanceof Measure.Kernel kernel ? (Long) kernel.seed() : null,
                Network.of(network));
    }

    /** The same protocol within a class, with the class's number of images on both sides. */
    public MetricProtocol within(int ofLabel, long ofSamples, long ofReference) {
        return new MetricProtocol(
                metric,
                ofLabel,
                ofSamples,
                new Reference(reference.split, ofReference, reference.hash),
                neighbours,
                ddof,
                seed,
                network);
    }

    /** The same protocol with another number of images. */
    public MetricProtocol samples(long count) {
        return new MetricProtocol(metric, label, count, reference, neighbours, ddof, seed, network);
    }

    /** The same protocol for another value computed with it. */
    public MetricProtocol metric(String name) {
        return new MetricProtocol(name, label, samples, reference, neighbours, ddof, seed, network);
    }

    /** Whether this is a Frechet distance with no more images than features on a side, so that a covariance is singular. */
    public boolean isOfFewSamples() {
        return ddof != null && Math.min(samples, reference.samples) <= network.dimension;
    }

    /** The first field that differs, with both values; empty if all are equal. */
    Optional<String> difference(MetricProtocol other) {
        var mine = values();
        var others = other.values();
        for (int i = 0; i < mine.size(); i++) {
            if (!Objects.equals(mine.get(i), others.get(i))) {
                var name = SCHEMA.fieldNames()[i].replace('_', ' ');
                return Optional.of(name + " " + mine.get(i) + " and " + others.get(i));
            }
        }
        return Optional.empty();
    }

    /** Columns of {@link #values()}. */
    public static StructType schema() {
        return SCHEMA;
    }

    /** Cells of a table's row. */
    public List<Object> values() {
        var values = new ArrayList<Object>();
        values.add(metric);
        values.add(label);
        values.add(samples);
        values.add(reference == null ? null : reference.split);
        values.add(reference == null ? null : reference.samples);
        values.add(reference == null ? null : reference.hash);
        values.add(neighbours);
        values.add(ddof);
        values.add(seed);
        values.add(network == null ? null : network.resize);
        values.add(network == null ? null : network.name);
        values.add(network == null ? null : network.hash);
        values.add(network == null ? null : network.dimension);
        return values;
    }

    /** Reads the protocol from a table's row. */
    static MetricProtocol read(Row row) {
        String split = row.getAs("reference");
        String network = row.getAs("network");
        return new MetricProtocol(
                row.getAs("metric"),
                row.getAs("class"),
                row.<Long>getAs("samples"),
                split == null
                        ? null
                        : new Reference(split, row.<Long>getAs("reference_samples"), row.getAs("reference_hash")),
                row.getAs("neighbours"),
                row.getAs("ddof"),
                row.getAs("seed"),
                network == null
                        ? null
                        : new Network(
                                row.getAs("resize"),
                                network,
                                row.getAs("network_hash"),
                                row.<Integer>getAs("dimension")));
    }
}
