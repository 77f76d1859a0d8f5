package io.flowmap.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.config.Json;
import io.flowmap.tensor.ParameterLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * {@code checkpoint.json}: what a checkpoint consists of.
 *
 * @param step of training
 * @param roles of the vectors, in alphabetical order
 * @param sha256 hash over all vectors
 * @param files where each role's vector lies and its hash; empty in checkpoints of earlier versions, which have {@code role.safetensors}
 * @param layout entries of a {@link ParameterLayout}
 * @param state everything else, as the trainer wrote it
 * @param frozen the parameters that the vectors have not; null where they have all
 */
record CheckpointIndex(
        long step,
        List<String> roles,
        String sha256,
        Map<String, RoleFile> files,
        JsonNode layout,
        JsonNode state,
        FrozenFile frozen) {
    static final String ROLE = "[a-z0-9][a-z0-9.-]*";
    private static final String FILES = "files";
    private static final String FROZEN = "frozen";

    /** A file in the checkpoint's directory and the SHA-256 of its vector's little-endian bytes. */
    record RoleFile(String name, String sha256) {
        RoleFile {
            if (name == null || sha256 == null || !name.matches("[a-z0-9][a-z0-9._-]*")) {
                throw new IllegalArgumentException("expected name and hash of a file, got " + name + " and " + sha256);
            }
        }
    }

    CheckpointIndex {
        if (Stream.of(roles, sha256, files, layout, state).anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException("expected roles, sha256, layout and state, got null among them");
        }
        if (!roles.stream().allMatch(role -> role != null && role.matches(ROLE))) {
            throw new IllegalArgumentException("expected roles in lower case, got " + roles);
        }
        if (!files.isEmpty()
                && !(files.keySet().containsAll(roles)
                        && files.values().stream().allMatch(Objects::nonNull))) {
            throw new IllegalArgumentException("expected a file for each of " + roles + ", got " + files.keySet());
        }
    }

    /** The file of a role. */
    String file(String role) {
        return files.isEmpty() ? role + ".safetensors" : files.get(role).name();
    }

    /** The layout. Throws {@link IllegalArgumentException} if it is none. */
    ParameterLayout parameters() {
        try {
            var entries = Json.mapper().treeToValue(layout, ParameterLayout.Entry[].class);
            if (entries == null || Arrays.asList(entries).contains(null)) {
                throw new IllegalArgumentException("expected a parameter layout, got null");
            }
            return new ParameterLayout(List.of(entries));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("expected a parameter layout: " + Json.complaint(e), e);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("expected a parameter layout of less than 2^63 elements, got more", e);
        }
    }

    byte[] bytes() {
        return Json.pretty(this).getBytes(StandardCharsets.UTF_8);
    }

    /** Throws {@link IllegalArgumentException} unless the bytes are an index. */
    static CheckpointIndex of(byte[] bytes) {
        try {
            if (!(Json.mapper().readTree(bytes) instanceof ObjectNode tree)) {
                throw new IllegalArgumentException("expected a JSON object, got another value");
            }
            if (!tree.has(FILES)) {
                tree.putObject(FILES);
            }
            if (!tree.has(FROZEN)) {
                tree.putNull(FROZEN);
            }
            return Json.mapper().treeToValue(tree, CheckpointIndex.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("expected a checkpoint's index: " + Json.complaint(e), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("expected a checkpoint's index, got " + e.getMessage(), e);
        }
    }
}
