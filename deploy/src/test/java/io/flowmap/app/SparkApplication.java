package io.flowmap.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A SparkApplication of the operator's v1beta2, or the template of a ScheduledSparkApplication: the fields that our files use, and
 * their rules.
 */
record SparkApplication(String apiVersion, String kind, Metadata metadata, Spec spec) {
    record Metadata(String name, String namespace) {}

    record Scheduled(String apiVersion, String kind, Metadata metadata, Schedule spec) {}

    record Schedule(
            String schedule,
            String concurrencyPolicy,
            int successfulRunHistoryLimit,
            int failedRunHistoryLimit,
            Spec template) {
        Schedule {
            requireOne("concurrencyPolicy", concurrencyPolicy, "Allow", "Forbid", "Replace");
            requireCron(schedule);
        }
    }

    record Spec(
            String type,
            String mode,
            String sparkVersion,
            String image,
            String mainClass,
            String mainApplicationFile,
            List<String> arguments,
            RestartPolicy restartPolicy,
            Driver driver,
            Executor executor,
            Map<String, String> sparkConf) {
        Spec {
            requireOne("type", type, "Java", "Scala", "Python", "R");
            requireOne("mode", mode, "cluster", "client");
            for (var field :
                    List.of(sparkVersion, image, mainClass, mainApplicationFile, arguments, driver, executor)) {
                Objects.requireNonNull(field);
            }
        }
    }

    record RestartPolicy(
            String type,
            int onFailureRetries,
            int onFailureRetryInterval,
            int onSubmissionFailureRetries,
            int onSubmissionFailureRetryInterval) {
        RestartPolicy {
            requireOne("restartPolicy.type", type, "Never", "OnFailure", "Always");
        }
    }

    record Driver(
            int cores,
            String coreRequest,
            String coreLimit,
            String memory,
            String memoryOverhead,
            String serviceAccount,
            PodSecurityContext podSecurityContext,
            SecurityContext securityContext) {}

    record Executor(
            int instances,
            int cores,
            String coreRequest,
            String coreLimit,
            String memory,
            String memoryOverhead,
            PodSecurityContext podSecurityContext,
            SecurityContext securityContext) {}

    /** Reads strictly: an unknown, missing or mistyped field is an error. */
    static SparkApplication read(JsonNode resource) {
        return Kustomization.YAML.convertValue(resource, SparkApplication.class);
    }

    static Scheduled readScheduled(JsonNode resource) {
        return Kustomization.YAML.convertValue(resource, Scheduled.class);
    }

    /** Five fields of numbers, stars, lists, ranges and steps, as in a crontab. */
    static void requireCron(String schedule) {
        if (!schedule.matches("[0-9*,/-]+( [0-9*,/-]+){4}")) {
            throw new IllegalArgumentException("expected five fields of a schedule, got " + schedule);
        }
    }

    private static void requireOne(String field, String value, String... known) {
        if (value == null || !Set.of(known).contains(value)) {
            throw new IllegalArgumentException("expected " + field + " among " + List.of(known) + ", got " + value);
        }
    }
}
