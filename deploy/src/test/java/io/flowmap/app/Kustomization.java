package io.flowmap.app;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Builds a directory like kustomize, for the features that ours use: resources, patches of custom resources (JSON merge patches) and
 * replacements of whole fields, in this order. Anything else in a kustomization.yaml is an error.
 */
record Kustomization(
        String apiVersion,
        String kind,
        String namespace,
        List<String> resources,
        List<Patch> patches,
        List<Replacement> replacements) {
    static final YAMLMapper YAML = YAMLMapper.builder(new YAMLFactory())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    record Patch(String path) {}

    record Replacement(Source source, List<Target> targets) {}

    record Source(String kind, String name, String fieldPath) {}

    record Target(Select select, List<String> fieldPaths, Map<String, Boolean> options) {}

    record Select(String kind, String name) {}

    /** The resources of a directory or file. */
    static List<ObjectNode> build(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return documents(path);
        }
        var self = YAML.readValue(path.resolve("kustomization.yaml").toFile(), Kustomization.class);
        if (!self.kind.equals("Kustomization") || !self.apiVersion.equals("kustomize.config.k8s.io/v1beta1")) {
            throw new IllegalArgumentException("no kustomization: " + path);
        }
        var resources = new ArrayList<ObjectNode>();
        for (var resource : self.resources) {
            resources.addAll(build(path.resolve(resource).normalize()));
        }
        for (var patch : self.patches == null ? List.<Patch>of() : self.patches) {
            for (var document : documents(path.resolve(patch.path))) {
                merge(find(resources, document.get("kind").asText(), name(document)), document);
            }
        }
        if (self.replacements != null) {
            self.replacements.forEach(replacement -> replace(resources, replacement));
        }
        resources.stream()
                .filter(resource -> !resource.get("kind").asText().equals("Namespace"))
                .forEach(resource -> {
                    ((ObjectNode) resource.get("metadata")).put("namespace", self.namespace);
                });
        return resources;
    }

    static String name(JsonNode resource) {
        return resource.at("/metadata/name").asText();
    }

    static ObjectNode find(List<ObjectNode> resources, String kind, String name) {
        return resources.stream()
                .filter(resource -> resource.get("kind").asText().equals(kind)
                        && name(resource).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + kind + " " + name));
    }

    private static List<ObjectNode> documents(Path file) throws IOException {
        try (var parser = YAML.getFactory().createParser(file.toFile())) {
            return YAML.readValues(parser, ObjectNode.class).readAll();
        }
    }

    private static void merge(ObjectNode target, ObjectNode patch) {
        patch.fields().forEachRemaining(field -> {
            if (field.getValue() instanceof ObjectNode inner && target.get(field.getKey()) instanceof ObjectNode own) {
                merge(own, inner);
            } else {
                target.set(field.getKey(), field.getValue());
            }
        });
    }

    private static void replace(List<ObjectNode> resources, Replacement replacement) {
        var source = replacement.source;
        var value = find(resources, source.kind, source.name).at(pointer(source.fieldPath));
        if (value.isMissingNode()) {
            throw new IllegalArgumentException("no " + source.fieldPath + " in " + source.name);
        }
        for (var target : replacement.targets) {
            var resource = find(resources, target.select.kind, target.select.name);
            for (var path : target.fieldPaths) {
                int end = path.lastIndexOf('.');
                ((ObjectNode) resource.at(pointer(path.substring(0, end))))
                        .set(path.substring(end + 1), value.deepCopy());
            }
        }
    }

    private static String pointer(String path) {
        return "/" + path.replace('.', '/');
    }
}
