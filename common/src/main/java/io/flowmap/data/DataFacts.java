package io.flowmap.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.nn.ConditionShape;
import io.flowmap.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The facts in the manifest of ingested data that readers rely on; ingest has more beside them.
 *
 * @param encoder form of {@link Encoder#toJson()}
 * @param classes number of classes, 0 without labels
 * @param classNames one a class
 * @param splits block files of each split ("train", "test"; "train/WxH" of a bucket), in the order of their indices
 * @param shapes of the splits whose latents have another shape, by split
 * @param condition arrays beside the class that every record has, by name
 */
public record DataFacts(
        LatentShape shape,
        DType dtype,
        JsonNode encoder,
        int classes,
        List<String> classNames,
        Map<String, List<BlockFile>> splits,
        Map<String, LatentShape> shapes,
        Map<String, ArrayFacts> condition) {
    /** Shape of an array of a record, and the type of its numbers in the column {@link LatentSchema#condition}. */
    public record ArrayFacts(List<Integer> shape, DType dtype) {
        public ArrayFacts {
            if (shape == null || dtype == null) {
                throw new IllegalArgumentException("expected shape and dtype of a condition, got null");
            }
            shape = List.copyOf(shape);
        }
    }

    /** Facts of splits that all have one shape. */
    public DataFacts(
            LatentShape shape,
            DType dtype,
            JsonNode encoder,
            int classes,
            List<String> classNames,
            Map<String, List<BlockFile>> splits) {
        this(shape, dtype, encoder, classes, classNames, splits, Map.of(), Map.of());
    }

    public DataFacts {
        if (Stream.of(shape, dtype, encoder, classNames, splits, shapes, condition)
                        .anyMatch(Objects::isNull)
                || Stream.concat(classNames.stream(), splits.values().stream()).anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException(
                    "expected shape, dtype, encoder, class-names, splits and shapes, got null");
        }
        classNames = List.copyOf(classNames);
        splits = Map.copyOf(splits);
        shapes = Map.copyOf(shapes);
        condition = Map.copyOf(condition);
        splits.forEach(DataFacts::requireContiguous);
        if (classNames.size() != classes) {
            throw new IllegalArgumentException("expected " + classes + " class names, got " + classNames);
        }
    }

    private static void requireContiguous(String split, List<BlockFile> blocks) {
        long next = 0;
        for (var block : blocks) {
            if (block == null || block.firstIndex() != next) {
                throw new IllegalArgumentException(
                        "expected a block of split " + split + " from index " + next + ", got " + block);
            }
            next = Math.addExact(next, block.count());
        }
    }

    /** Shape of the latents of a split. */
    public LatentShape shape(String split) {
        return shapes.getOrDefault(split, shape);
    }

    /** What a record has to condition on. */
    public ConditionShape conditionShape() {
        var arrays = new TreeMap<>(ConditionShape.classes(classes).arrays());
        condition.forEach((name, array) -> arrays.put(name, array.shape()));
        return new ConditionShape(arrays);
    }
}
