package io.flowmap.distill.train.step;

import io.flowmap.engine.ProgramPlan;

/**
 * Bytes that an objective holds, beside the parameters and the gradient.
 *
 * @param vectors own vectors of the parameters' length, of each slot
 * @param activations what a step computes for itself: activations, tangents, cotangents, normalised weights; of each slot
 * @param folded what follows from frozen weights alone and is computed once, of each JVM
 * @param mapped frozen weights in mapped files, of each JVM
 */
public record ObjectiveSizes(long vectors, long activations, long folded, long mapped) {
    /** An objective without programs. */
    public static final ObjectiveSizes NONE = new ObjectiveSizes(0, 0, 0, 0);

    /** The same with one more program. */
    public ObjectiveSizes with(ProgramPlan plan) {
        return with(plan, bytes(plan));
    }

    /**
     * The same with programs for several shapes of samples.
     *
     * @param largest the plan of the largest
     */
    public ObjectiveSizes with(ProgramPlan largest, int shapes, ProgramsConfig limits) {
        return with(largest, limits.bytes(bytes(largest), shapes));
    }

    private ObjectiveSizes with(ProgramPlan plan, long bytes) {
        return new ObjectiveSizes(vectors, activations + bytes, folded + plan.keptBytes(), mapped);
    }

    /** Bytes that a program holds for itself. */
    public static long bytes(ProgramPlan plan) {
        return plan.bytes() + plan.constantBytes();
    }

    /** The same with more frozen weights. */
    public ObjectiveSizes withMapped(long bytes) {
        return new ObjectiveSizes(vectors, activations, folded, mapped + bytes);
    }

    /** The same with more vectors. */
    public ObjectiveSizes withVectors(long bytes) {
        return new ObjectiveSizes(vectors + bytes, activations, folded, mapped);
    }
}
