package io.flowmap.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.tensor.ParameterLayout;
import java.util.Map;

/**
 * What a checkpoint holds.
 *
 * @param step of training
 * @param layout index of every flat vector
 * @param vectors flat vectors by role: "parameters", "ema-0.05", "adam-m", "adam-v"
 * @param state everything else, as the trainer wrote it
 * @param hash SHA-256 of the vectors' little-endian bytes, roles in alphabetical order
 * @param frozen the parameters that the vectors have not, null where they have all
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
