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
 * Content of {@code checkpoint.json}: the parts of a checkpoint.
 *
 * @param step training step at which it was saved
 * @param roles of the vectors, in alphabetical order
 * @param sha256 hash over all vectors
 * @param files file name and hash of each role's vector; empty in checkpoints of earlier versions, which use {@code role.safetensors}
 * @param layout entries of a {@link ParameterLayout}
 * @param state other state of the trainer, as the trainer wrote it
 * @param frozen the file with the parameters that are missing from the vectors; null if the vectors hold all parameters
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

    /** File name of a role's vector. */
    String file(String role) {
        return files.isEmpty() ? role + ".safetensors" : files.get(role).name();
    }

    /** The parameter layout. Throws {@link IllegalArgumentException} if the entries are not a valid layout. */
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

    /** Parses an index. Throws {@link IllegalArgumentException} if the bytes are not a valid one. */
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
