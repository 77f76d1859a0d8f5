package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.flowmap.app.launch.Request;
import io.flowmap.stage.CodeVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.package$;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The output of kustomize for deploy/kubernetes, parsed by Kubernetes' and Spark's own classes. */
class KubernetesTest {
    /** The image's. */
    static final int USER = 185;

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu"})
    void everyApplicationMatchesTheLaunchersPlan(String overlay) throws IOException {
        var specs = specs(build(overlay));
        assertThat(specs).hasSize(overlay.equals("gpu") ? 3 : 2);
        for (var spec : specs) {
            var request = Deployed.request(spec.arguments());
            var plan = Deployed.conf(Deployed.plan(onKubernetes(request)));
            var own = List.of("spark.executor.memory", "spark.executor.memoryOverhead");
            plan.forEach((key, value) -> {
                if (!own.contains(key)
                        && !key.startsWith("spark.executorEnv.")) { // set by the image, see ContainerTest
                    assertThat(spec.sparkConf()).containsEntry(key, value);
                }
            });
            assertThat(spec.sparkConf())
                    .containsEntry("spark.driver.extraClassPath", plan.get("spark.executor.extraClassPath"));
            assertThat(spec.sparkConf().keySet()).allSatisfy(SparkKeys::requireKnown);
            assertThat(spec.executor().memory()).isEqualTo(plan.get("spark.executor.memory"));
            assertThat(JavaUtils.byteStringAsBytes(spec.executor().memoryOverhead()))
                    .isGreaterThanOrEqualTo(JavaUtils.byteStringAsBytes(plan.get("spark.executor.memoryOverhead")));
            assertThat(Deployed.plan(request).arguments())
                    .containsSubsequence("--driver-memory", spec.driver().memory());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu"})
    void everyApplicationUsesOurJarAndSparkAndIsRestarted(String overlay) throws IOException {
        var version = CodeVersion.current().replaceFirst("\\+.*", "");
        for (var spec : specs(build(overlay))) {
            assertThat(spec.sparkVersion()).isEqualTo(package$.MODULE$.SPARK_VERSION());
            assertThat(spec.mainClass()).isEqualTo(Main.class.getName());
            assertThat(spec.mainApplicationFile())
                    .isEqualTo("local://" + Deployed.HOME + "/lib/flowmap-deploy-" + version + ".jar");
            assertThat(spec.restartPolicy().type()).isEqualTo("OnFailure");
            assertThat(spec.restartPolicy().onFailureRetries()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu"})
    void everyPodIsUnprivilegedWithinLimitsAndUsesTheImageOfThisVersion(String overlay) throws IOException {
        var version = CodeVersion.current().replaceFirst("\\+.*", "");
        for (var spec : specs(build(overlay))) {
            assertThat(spec.image()).matches("flowmap(-cuda|-rapids)?:" + Pattern.quote(version));
            requireRestricted(spec.driver().podSecurityContext(), spec.driver().securityContext());
            requireRestricted(
                    spec.executor().podSecurityContext(), spec.executor().securityContext());
            requireBounds(
                    spec.driver().coreRequest(),
                    spec.driver().coreLimit(),
                    spec.driver().cores());
            requireBounds(
                    spec.executor().coreRequest(),
                    spec.executor().coreLimit(),
                    spec.executor().cores());
        }
    }

    @Test
    void overlaysUseTheProfilesOfTheirNames() throws IOException {
        requireProfile("cpu", specs(build("cpu")).get(0));
        var gpu = build("gpu");
        requireProfile("gpu-train", application(gpu, "flowmap-pipeline"));
        requireProfile("gpu-etl", application(gpu, "flowmap-ingest"));
        assertThat(application(gpu, "flowmap-ingest").arguments()).startsWith("ingest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu"})
    void theNightlyRunDiffersFromThePipelineInItsArgumentsOnly(String overlay) throws IOException {
        var built = build(overlay);
        var pipeline = (ObjectNode) Kustomization.find(built, "SparkApplication", "flowmap-pipeline")
                .get("spec");
        var nightly = (ObjectNode) Kustomization.find(built, "ScheduledSparkApplication", "flowmap-nightly")
                .at("/spec/template");
        assertThat(nightly.get("arguments").toString()).contains("run.overwrite=true");
        nightly.set("arguments", pipeline.get("arguments"));
        assertThat((Object) nightly).isEqualTo(pipeline);
    }

    @Test
    void theDriverHasOnlyThePermissionsThatSparkNeeds() throws IOException {
        var built = build("cpu");
        var namespace = read(built, "Namespace", "flowmap", Namespace.class);
        var account = read(built, "ServiceAccount", "flowmap-driver", ServiceAccount.class);
        var role = read(built, "Role", "flowmap-driver", Role.class);
        var binding = read(built, "RoleBinding", "flowmap-driver", RoleBinding.class);
        assertThat(role.getRules()).singleElement().satisfies(rule -> {
            assertThat(rule.getResources())
                    .containsExactlyInAnyOrder("pods", "services", "configmaps", "persistentvolumeclaims");
            assertThat(rule.getVerbs()).contains("create", "get", "list", "watch", "delete", "deletecollection");
        });
        assertThat(binding.getRoleRef().getName()).isEqualTo(role.getMetadata().getName());
        assertThat(binding.getSubjects().get(0).getName())
                .isEqualTo(account.getMetadata().getName())
                .isEqualTo(specs(built).get(0).driver().serviceAccount());
        assertThat(account.getMetadata().getNamespace())
                .isEqualTo(binding.getSubjects().get(0).getNamespace())
                .isEqualTo(namespace.getMetadata().getName());
    }

    @Test
    void aMistypedFieldOrSettingIsFound() throws IOException {
        var pipeline = Kustomization.find(build("cpu"), "SparkApplication", "flowmap-pipeline");
        ((ObjectNode) pipeline.get("spec")).put("mainClas", "x");
        assertThatThrownBy(() -> SparkApplication.read(pipeline)).hasMessageContaining("mainClas");
        assertThatThrownBy(() -> SparkKeys.requireKnown("spark.executor.cors")).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> Deployed.request(List.of("pipeline", "run.dri=x")))
                .hasMessageContaining("run.dri");
    }

    /** The rules of the standard "restricted" for namespaces. */
    private static void requireRestricted(PodSecurityContext pod, SecurityContext container) {
        assertThat(pod.getRunAsNonRoot()).isTrue();
        assertThat(pod.getRunAsUser()).isEqualTo(USER);
        assertThat(pod.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(container.getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container.getCapabilities().getAdd()).isEmpty();
    }

    /** Limits of CPUs only; Spark itself limits memory. */
    private static void requireBounds(String request, String limit, int cores) {
        var asked = new Quantity(request).getNumericalAmount();
        assertThat(asked).isEqualByComparingTo(Integer.toString(cores));
        assertThat(new Quantity(limit).getNumericalAmount()).isGreaterThanOrEqualTo(asked);
    }

    private static Request onKubernetes(Request request) {
        return new Request(request.command(), request.config(), request.overrides(), Optional.of("k8s://x"));
    }

    private static List<ObjectNode> build(String overlay) throws IOException {
        return Kustomization.build(Deployed.DEPLOY.resolve("kubernetes/overlays/" + overlay));
    }

    private static List<SparkApplication.Spec> specs(List<ObjectNode> built) {
        var specs = new ArrayList<SparkApplication.Spec>();
        for (var resource : built) {
            switch (resource.get("kind").asText()) {
                case "SparkApplication" -> specs.add(
                        SparkApplication.read(resource).spec());
                case "ScheduledSparkApplication" -> specs.add(
                        SparkApplication.readScheduled(resource).spec().template());
                default -> {}
            }
        }
        return specs;
    }

    private static SparkApplication.Spec application(List<ObjectNode> built, String name) {
        return SparkApplication.read(Kustomization.find(built, "SparkApplication", name))
                .spec();
    }

    private static void requireProfile(String profile, SparkApplication.Spec spec) {
        ProfilesTest.read(profile).forEach((key, value) -> {
            switch (key) {
                case "spark.executor.instances" -> assertThat(spec.executor().instances())
                        .hasToString(value);
                case "spark.executor.cores" -> assertThat(spec.executor().cores())
                        .hasToString(value);
                default -> assertThat(spec.sparkConf()).containsEntry(key, value);
            }
        });
    }

    private static <T> T read(List<ObjectNode> built, String kind, String name, Class<T> type) {
        var resource = Kustomization.find(built, kind, name);
        var read = Kustomization.YAML.convertValue(resource, type);
        assertThat((Object) Kustomization.YAML.valueToTree(read)).isEqualTo(resource);
        return read;
    }
}
