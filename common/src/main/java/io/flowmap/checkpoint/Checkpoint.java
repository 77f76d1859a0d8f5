package io.flowmap.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.tensor.ParameterLayout;
import java.util.Map;

/**
 * One checkpoint, read into memory.
 *
 * @param step training step at which it was saved
 * @param layout index of every flat vector
 * @param vectors flat vectors by role: "parameters", "ema-0.05", "adam-m", "adam-v"
 * @param state other state of the trainer, as the trainer wrote it
 * @param hash SHA-256 of the little-endian bytes of all vectors, roles in alphabetical order
 * @param frozen the file with the parameters that are missing from the vectors; null if the vectors hold all parameters
 */
public record Checkpoint(
        long step,
        ParameterLayout layout,
        Map<String, float[]> vectors,
        JsonNode state,
        String hash,
        FrozenFile frozen) {
    /** The vector of a role. Throws {@link IllegalArgumentException} if there is none. */
    public float[] vector(String role) {
        var vector = vectors.get(role);
        if (vector == null) {
            throw new IllegalArgumentException(
                    "expected one of " + vectors.keySet() + " in the checkpoint, got " + role);
        }
        return vector;
    }
}
