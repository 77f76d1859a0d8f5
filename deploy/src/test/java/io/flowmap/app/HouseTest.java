package io.flowmap.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.conditions.ArchConditions.haveModifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;

/** Rules of architecture and style that can be checked automatically. */
@AnalyzeClasses(packages = "io.flowmap", importOptions = HouseTest.Product.class)
class HouseTest {
    /** Excludes tests and their shared classes, both as folders (phase test) and as jars (phase verify). */
    static final class Product implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return new ImportOption.DoNotIncludeTests().includes(location) && !location.contains("-tests.jar");
        }
    }

    private static final String SPARK = "org.apache.spark..";
    private static final String[] COMMON = {
        "io.flowmap.config..",
        "io.flowmap.file..",
        "io.flowmap.stage..",
        "io.flowmap.tensor..",
        "io.flowmap.graph..",
        "io.flowmap.engine..",
        "io.flowmap.nn..",
        "io.flowmap.model..",
        "io.flowmap.flow..",
        "io.flowmap.checkpoint..",
        "io.flowmap.codec..",
        "io.flowmap.data..",
        "io.flowmap.page..",
        "io.flowmap.scene..",
        "io.flowmap.text.."
    };
    private static final DescribedPredicate<JavaClass> ENTRY_POINTS =
            DescribedPredicate.describe("entry points", type -> type.getMethods().stream()
                    .anyMatch(method -> method.getName().equals("main")
                            && method.getModifiers().contains(JavaModifier.STATIC)));

    @ArchTest
    static final ArchRule commonUsesNothingOfOurs = noClasses()
            .that()
            .resideInAnyPackage(COMMON)
            .should(dependOnClassesThat(resideInAnyPackage("io.flowmap..").and(not(resideInAnyPackage(COMMON)))));

    @ArchTest
    static final ArchRule ingestUsesCommon = usesOnlyCommonBeside("io.flowmap.ingest..");

    @ArchTest
    static final ArchRule distillUsesCommon = usesOnlyCommonBeside("io.flowmap.distill..");

    @ArchTest
    static final ArchRule evalUsesCommon = usesOnlyCommonBeside("io.flowmap.eval..");

    @ArchTest
    static final ArchRule adversarialUsesCommonDistillAndEval = noClasses()
            .that()
            .resideInAPackage("io.flowmap.adversarial..")
            .should(dependOnClassesThat(resideInAnyPackage("io.flowmap..")
                    .and(not(resideInAnyPackage(COMMON)))
                    .and(not(resideInAnyPackage(
                            "io.flowmap.adversarial..", "io.flowmap.distill..", "io.flowmap.eval..")))));

    @ArchTest
    static final ArchRule tensorsStandOnNothing = noClasses()
            .that()
            .resideInAPackage("io.flowmap.tensor..")
            .should(dependOnClassesThat(
                    resideInAnyPackage("io.flowmap..").and(not(resideInAnyPackage("io.flowmap.tensor..")))));

    @ArchTest
    static final ArchRule derivativesKnowNoNetwork = noClasses()
            .that()
            .resideInAPackage("io.flowmap.graph..")
            .should(dependOnClassesThat(resideInAnyPackage("io.flowmap..")
                    .and(not(resideInAnyPackage("io.flowmap.graph..", "io.flowmap.tensor..")))));

    @ArchTest
    static final ArchRule networksKnowNoEngine = noClasses()
            .that()
            .resideInAnyPackage("io.flowmap.nn..", "io.flowmap.flow..", "io.flowmap.distill.objective..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.flowmap.engine..");

    /** Of ND4J an engine-neutral class knows SameDiff's nodes and the names of their types. */
    @ArchTest
    static final ArchRule enginesAreBehindTheirInterface = noClasses()
            .that()
            .resideInAPackage("io.flowmap.engine")
            .should(dependOnClassesThat(resideInAnyPackage("org.nd4j..", "io.flowmap.engine.nd4j..")
                    .and(not(resideInAPackage("org.nd4j.autodiff.samediff..")))
                    .and(not(type(DataType.class)))));

    /** Exempt: the lab's study in a plane and the benches against libtorch's UNet, which choose an architecture themselves. */
    @ArchTest
    static final ArchRule onlyArchitecturesNameANetwork = noClasses()
            .that()
            .resideOutsideOfPackages("io.flowmap.nn..", "io.flowmap.app.study..", "io.flowmap.bench..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.flowmap.nn.edm2..", "io.flowmap.nn.flux..", "io.flowmap.nn.mlp..");

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("io.flowmap.(**)").namingSlices("$1").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule mathematicsKnowsNoSession = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.flowmap.config..",
                    "io.flowmap.tensor..",
                    "io.flowmap.graph..",
                    "io.flowmap.engine..",
                    "io.flowmap.nn..",
                    "io.flowmap.flow..",
                    "io.flowmap.checkpoint..",
                    "io.flowmap.codec..",
                    "io.flowmap.distill.objective..",
                    "io.flowmap.distill.teacher..",
                    "io.flowmap.adversarial.discriminator..",
                    "io.flowmap.eval.feature..",
                    "io.flowmap.eval.metric..",
                    "io.flowmap.eval.distance..",
                    "io.flowmap.eval.neighbour..",
                    "io.flowmap.eval.preference..",
                    "io.flowmap.eval.scene..",
                    "io.flowmap.app.study..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(SPARK);

    @ArchTest
    static final ArchRule standardStreamsBelongToEntryPoints =
            noClasses().that(not(ENTRY_POINTS)).should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);

    /** Exempt: the class that configures logging if no JVM option could. */
    @ArchTest
    static final ArchRule oneLoggingInterface = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.flowmap.app.launch.ProgramLog")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.util.logging..",
                    "org.apache.log4j..",
                    "org.apache.logging..",
                    "org.apache.commons.logging..");

    @ArchTest
    static final ArchRule namesSayWhatThingsAre = noClasses()
            .should()
            .haveNameMatching(".*(Utils?|Helpers?|Manager|Impl)$")
            .orShould()
            .haveSimpleNameStartingWith("Abstract");

    @ArchTest
    static final ArchRule noMutableStaticState =
            fields().that().areStatic().and(notSynthetic()).should().beFinal();

    /**
     * Exempt: slots that an executor keeps between tasks, states of rounds, frozen weights and values computed from them, rows of
     * texts, the number of OpenBLAS's threads, and the end of the process.
     */
    @ArchTest
    static final ArchRule finalStaticsThatChangeAreSeven = fields().that()
            .areStatic()
            .and(change())
            .should()
            .beDeclaredInClassesThat()
            .haveNameMatching(
                    "io\\.flowmap\\.(distill\\.train\\.executor\\.ExecutorSlots|distill\\.train\\.average\\.RoundStates|checkpoint\\.WeightStore|data\\.text\\.TextCache|engine\\.Folds|eval\\.distance\\.BlasThreads|stage\\.ProcessEnd)");

    @ArchTest
    static final ArchRule theProcessHasOneSettingThatIsChanged = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.flowmap.eval.distance.BlasThreads")
            .should()
            .callMethodWhere(changesTheProcess());

    @ArchTest
    static final ArchRule jobsArePublicForTheServiceLoader = classes()
            .that()
            .implement(io.flowmap.stage.Job.class)
            .and()
            .areTopLevelClasses()
            .should(haveModifier(JavaModifier.PUBLIC));

    private static ArchRule usesOnlyCommonBeside(String module) {
        return noClasses()
                .that()
                .resideInAPackage(module)
                .should(dependOnClassesThat(resideInAnyPackage("io.flowmap..")
                        .and(not(resideInAnyPackage(COMMON)))
                        .and(not(resideInAnyPackage(module)))))
                .allowEmptyShould(true);
    }

    /** Number of library threads, default types of ND4J's arrays, language and time zone. */
    private static DescribedPredicate<JavaMethodCall> changesTheProcess() {
        return DescribedPredicate.describe(
                "changes the process",
                call -> call.getName().matches("(blas_|omp_)?set_num_threads|setOmpNumThreads|setDefaultDataTypes")
                        || call.getName().equals("setDefault")
                                && Set.of("java.util.Locale", "java.util.TimeZone")
                                        .contains(call.getTargetOwner().getName()));
    }

    /** Counters and other atomic values, thread locals, and our own objects with a field that is not final. */
    private static DescribedPredicate<JavaField> change() {
        return DescribedPredicate.describe("change", field -> {
            var type = field.getRawType();
            return type.getPackageName().equals("java.util.concurrent.atomic")
                    || type.isAssignableTo(ThreadLocal.class)
                    || type.getPackageName().startsWith("io.flowmap")
                            && type.getAllFields().stream()
                                    .map(JavaField::getModifiers)
                                    .anyMatch(set ->
                                            !set.contains(JavaModifier.STATIC) && !set.contains(JavaModifier.FINAL));
        });
    }

    private static DescribedPredicate<JavaField> notSynthetic() {
        return DescribedPredicate.describe(
                "not synthetic", field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC));
    }
}
