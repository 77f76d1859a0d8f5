package io.flowmap.eval.set;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.UserError;
import io.flowmap.data.LiteralPath;
import io.flowmap.data.SampleSchema;
import io.flowmap.file.Store;
import io.flowmap.stage.Manifest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Generated images of one model at one guidance weight and number of steps: one partition of the samples.
 *
 * @param model "teacher" or "student"
 * @param origin how they were drawn
 * @param network parameters of the model and network evaluations per step; missing if the samples' manifest lacks them
 * @param path directory of the Parquet files
 */
public record SampleSet(String model, SampleOrigin origin, JsonNode network, Path path) {
    public static final String STUDENT = "student";
    public static final String TEACHER = "teacher";

    /** All sets in the directory of samples, by model, guidance and steps; empty if there are none. */
    public static List<SampleSet> list(FileSystem fileSystem, Path samples) {
        var sets = new ArrayList<SampleSet>();
        var facts = Manifest.read(fileSystem, samples).facts();
        for (var model : partitions(fileSystem, samples, SampleSchema.MODEL)) {
            for (var guidance : partitions(fileSystem, model, SampleSchema.GUIDANCE)) {
                for (var steps : partitions(fileSystem, guidance, SampleSchema.STEPS)) {
                    sets.add(of(value(model), value(guidance), value(steps), facts, steps));
                }
            }
        }
        sets.sort(Comparator.comparing(SampleSet::model)
                .thenComparingDouble(SampleSet::guidance)
                .thenComparingInt(SampleSet::steps));
        return sets;
    }

    public double guidance() {
        return origin.guidance();
    }

    public int steps() {
        return origin.steps();
    }

    /** Name for messages and logs. */
    public String name() {
        return name(model, guidance(), steps());
    }

    public static String name(String model, double guidance, int steps) {
        return model + " guidance=" + guidance + " steps=" + steps;
    }

    /** Rows of {@link SampleSchema}. */
    public Dataset<Row> rows(SparkSession spark) {
        return spark.read().schema(SampleSchema.type()).parquet(LiteralPath.of(path));
    }

    private static SampleSet of(String model, String guidance, String steps, JsonNode facts, Path path) {
        try {
            var origin = SampleOrigin.of(
                    Double.parseDouble(guidance), Integer.parseInt(steps), model.equals(STUDENT), facts);
            return new SampleSet(model, origin, facts.path("networks").path(model), path);
        } catch (NumberFormatException e) {
            throw new UserError("cannot read samples " + path + ": expected numbers as guidance and steps, got "
                    + guidance + " and " + steps);
        }
    }

    private static List<Path> partitions(FileSystem fileSystem, Path parent, String column) {
        try {
            var found = new ArrayList<Path>();
            for (FileStatus status : fileSystem.listStatus(parent)) {
                if (status.isDirectory() && status.getPath().getName().startsWith(column + "=")) {
                    found.add(status.getPath());
                }
            }
            return found;
        } catch (FileNotFoundException e) {
            return List.of();
        } catch (IOException e) {
            throw Store.failure("cannot list samples " + parent, e);
        }
    }

    private static String value(Path partition) {
        return partition.getName().substring(partition.getName().indexOf('=') + 1);
    }
}
