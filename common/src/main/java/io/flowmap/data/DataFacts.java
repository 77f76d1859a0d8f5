package io.flowmap.data;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.data.text.TextFacts;
import io.flowmap.nn.ConditionShape;
import io.flowmap.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The facts about ingested data that readers rely on. The manifest of ingest holds further facts.
 *
 * @param encoder encoder in the form of {@link Encoder#toJson()}
 * @param classes number of classes, 0 without labels
 * @param classNames one name for each class
 * @param splits block files of each split ("train", "test"; "train/WxH" for a bucket), in the order of their indices
 * @param shapes latent shapes of the splits that differ from {@code shape}, by split
 * @param condition arrays that every record has in addition to the class, by name
 * @param texts where the conditions of texts are; null if they are in the records
 */
public record DataFacts(
        LatentShape shape,
        DType dtype,
        JsonNode encoder,
        int classes,
        List<String> classNames,
        Map<String, List<BlockFile>> splits,
        Map<String, LatentShape> shapes,
        Map<String, ArrayFacts> condition,
        @JsonInclude(JsonInclude.Include.NON_NULL) TextFacts texts) {
    /** Shape and element type of a record's array in the column {@link LatentSchema#condition}. */
    public record ArrayFacts(List<Integer> shape, DType dtype) {
        public ArrayFacts {
            if (shape == null || dtype == null) {
                throw new IllegalArgumentException("expected shape and dtype of a condition, got null");
            }
            shape = List.copyOf(shape);
        }
    }

    /** Facts of splits that all have the same shape. */
    public DataFacts(
            LatentShape shape,
            DType dtype,
            JsonNode encoder,
            int classes,
            List<String> classNames,
            Map<String, List<BlockFile>> splits) {
        this(shape, dtype, encoder, classes, classNames, splits, Map.of(), Map.of(), null);
    }

    /** Facts of data whose records hold all their conditions. */
    public DataFacts(
            LatentShape shape,
            DType dtype,
            JsonNode encoder,
            int classes,
            List<String> classNames,
            Map<String, List<BlockFile>> splits,
            Map<String, LatentShape> shapes,
            Map<String, ArrayFacts> condition) {
        this(shape, dtype, encoder, classes, classNames, splits, shapes, condition, null);
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

    /** Latent shape of a split. */
    public LatentShape shape(String split) {
        return shapes.getOrDefault(split, shape);
    }

    /** Conditions that every record has. */
    public ConditionShape conditionShape() {
        var arrays = new TreeMap<>(ConditionShape.classes(classes).arrays());
        condition.forEach((name, array) -> arrays.put(name, array.shape()));
        return new ConditionShape(arrays);
    }

    /** Conditions that the blocks hold: all except those of texts. */
    ConditionShape inlineShape() {
        var all = conditionShape();
        return all.only(all.arrays().keySet().stream()
                .filter(name -> texts == null || !texts.columns().containsKey(LatentSchema.condition(name)))
                .toList());
    }
}
