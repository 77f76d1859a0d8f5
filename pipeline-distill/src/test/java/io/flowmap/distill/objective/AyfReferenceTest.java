package io.flowmap.distill.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.TimePairs;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.edm2.Edm2Case;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Values, losses and gradients of AYF-EMD and AYF-LMD, compared with the folders ayf_mlp and ayf_edm2_*: all r, all files of values and
 * all kinds of gradients.
 */
@Tag("reference")
class AyfReferenceTest {
    private static final double F64 = 1e-9;
    private static final double STORED_F32 = 1e-6;
    private static final TimePairs PAIRS = new TimePairs(0, 1);

    @Test
    void mlpValuesAndGradientsMatch() throws IOException {
        for (Path folder : Reference.folders(p -> p.getFileName().toString().startsWith("ayf_mlp"))) {
            check(folder, AyfCase::mlp, F64);
        }
    }

    @Test
    void unetValuesAndGradientsMatch() throws IOException {
        for (Path folder : Edm2Case.derivedFolders()) {
            check(folder, AyfCase::unet, STORED_F32);
        }
    }

    /** The objective of a kind of gradient, its r, and the factor between the two gradients. */
    private record Kind(Objective objective, double r, double factor, String loss) {}

    private static final Set<String> KINDS =
            Set.of("train_emd", "meanflow", "thm32", "lmd_mse", "lmd_normalised", "thm33");

    private static Kind kind(String name, double r, double c) {
        var plain = new TangentNormalisation(0);
        var normalised = new TangentNormalisation(c);
        var warmup = new TangentWarmup(1, 0);
        return switch (name) {
            case "train_emd" -> new Kind(new AyfEmd(PAIRS, normalised, warmup), r, 1, "loss_emd_normalised");
            case "meanflow" -> new Kind(new AyfEmd(PAIRS, plain, warmup), 1, 1, "loss_meanflow_form");
            case "thm32" -> new Kind(new AyfEmd(PAIRS, plain, warmup), 1, 0.5, "loss_meanflow_form");
            case "lmd_mse" -> new Kind(new AyfLmd(PAIRS, plain), 1, 1, "loss_lmd_mse_form");
            case "lmd_normalised" -> new Kind(new AyfLmd(PAIRS, normalised), 1, 1, "loss_lmd_normalised");
            case "thm33" -> new Kind(new AyfLmd(PAIRS, plain), 1, 0.5, "loss_lmd_mse_form");
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static void check(Path folder, AyfCase.Reader reader, double gradientTolerance) throws IOException {
        int cases = 0;
        JsonNode info = Reference.json(folder, "info");
        for (String tag : tags(folder)) {
            JsonNode facts = info.has(tag) ? info.get(tag) : info.get("ayf");
            double r = Double.parseDouble(tag.substring(1));
            double c = facts.get("c").asDouble();
            for (String name : gradients(folder, tag)) {
                if (!KINDS.contains(name)) {
                    Reference.skipped(folder, "gradients " + tag + " of " + name);
                    continue;
                }
                Kind kind = kind(name, r, c);
                Evaluated e = evaluate(reader.read(folder, kind.r()), kind.objective());
                cases += checkGradient(folder, tag + "_grad_" + name, kind, e, gradientTolerance);
                assertThat(kind.objective().loss(e.norms(), e.elements()))
                        .as(folder + " " + tag + " " + kind.loss())
                        .isCloseTo(
                                facts.get(kind.loss()).asDouble(),
                                within(1e-5 * facts.get(kind.loss()).asDouble()));
                cases++;
            }
            Evaluated emd =
                    evaluate(reader.read(folder, r), kind("train_emd", r, c).objective());
            Evaluated lmd = evaluate(
                    reader.read(folder, r), kind("lmd_normalised", r, c).objective());
            cases += checkValues(folder, tag, emdValues(emd), "emd_");
            cases += checkValues(folder, tag, lmdValues(lmd), "lmd_");
        }
        Reference.checked(folder, cases);
    }

    /** The tags r1.00, r0.70, ... of a folder. */
    private static TreeSet<String> tags(Path folder) throws IOException {
        var tags = names(folder, "r[0-9.]+_emd_g\\.npy");
        assertThat(tags).isNotEmpty();
        var result = new TreeSet<String>();
        tags.forEach(f -> result.add(f.substring(0, f.indexOf('_'))));
        return result;
    }

    private static TreeSet<String> gradients(Path folder, String tag) throws IOException {
        var kinds = new TreeSet<String>();
        String prefix = tag + "_grad_";
        names(folder, prefix + ".*\\.npz").forEach(f -> kinds.add(f.substring(prefix.length(), f.length() - 4)));
        return kinds;
    }

    private static TreeSet<String> names(Path folder, String pattern) throws IOException {
        try (var files = Files.list(folder)) {
            var names = new TreeSet<String>();
            files.map(f -> f.getFileName().toString())
                    .filter(f -> f.matches(pattern))
                    .forEach(names::add);
            return names;
        }
    }

    /** All results of a run: monitors, ghat, norms, gradients by parameter, x_t and s - t. */
    private record Evaluated(
            Map<String, INDArray> values, float[] norms, int elements, Map<String, INDArray> gradients) {
        INDArray value(String name) {
            return values.get(name);
        }
    }

    private static Evaluated evaluate(AyfCase c, Objective objective) {
        GraphInputs in = c.inputs();
        Objective.Residual residual = objective.apply(c.terms());
        c.bind();
        Map<String, SDVariable> student = new LinkedHashMap<>();
        c.terms()
                .scope()
                .declared()
                .forEach(q -> student.put(q.name(), c.terms().scope().variable(q.name())));
        Map<String, SDVariable> wanted = new LinkedHashMap<>();
        residual.monitors().forEach(m -> wanted.put(m.name(), m.value()));
        wanted.put("unit", residual.cotangent().mul(-c.terms().batch() / 2.0));
        wanted.put("norm", residual.norm());
        wanted.put("xt", c.terms().xt());
        wanted.put("step", c.terms().perSample(c.terms().s().sub(c.terms().t())));
        var gradients = Vjp.of(in.shapes(), residual.output(), residual.cotangent(), List.copyOf(student.values()));
        student.forEach((name, p) -> wanted.put("grad " + name, gradients.get(p)));
        Map<String, INDArray> targets = new LinkedHashMap<>();
        wanted.forEach((k, v) ->
                targets.put(v.name(), Nd4j.create(DataType.DOUBLE, in.shapes().of(v))));
        try (var program = Nd4jBackend.compile(in.shapes(), in.arrays(), targets)) {
            program.run();
        }
        Map<String, INDArray> values = new LinkedHashMap<>();
        Map<String, INDArray> slopes = new LinkedHashMap<>();
        wanted.forEach((k, v) -> values.put(k, targets.get(v.name())));
        student.keySet().forEach(name -> slopes.put(name, values.remove("grad " + name)));
        int elements = (int) (values.get("field").length() / c.terms().batch());
        return new Evaluated(values, values.get("norm").data().asFloat(), elements, slopes);
    }

    private static int checkGradient(Path folder, String file, Kind kind, Evaluated e, double tolerance) {
        var goldens = Reference.arrays(folder, file);
        goldens.forEach((name, golden) -> {
            INDArray gradient = e.gradients().get(name).mul(kind.factor());
            double error = Reference.relativeToMaximum(gradient.data().asDouble(), golden.values());
            assertThat(error).as(folder + " " + file + " " + name).isLessThan(tolerance);
        });
        return goldens.size();
    }

    private static Map<String, INDArray> emdValues(Evaluated e) {
        INDArray field = e.value("field");
        Map<String, INDArray> files = new LinkedHashMap<>();
        files.put("F", field);
        files.put("dFdt", e.value("tangent"));
        files.put("v", e.value("velocity"));
        files.put("g", e.value("residual"));
        files.put("g_norm", e.value("norm"));
        files.put("ghat", e.value("unit"));
        files.put("target", field.add(e.value("unit")));
        files.put("f", e.value("xt").add(field.mul(e.value("step"))));
        files.put("df_dt", e.value("velocity").sub(field).add(e.value("tangent").mul(e.value("step"))));
        return files;
    }

    private static Map<String, INDArray> lmdValues(Evaluated e) {
        INDArray field = e.value("field");
        Map<String, INDArray> files = new LinkedHashMap<>();
        files.put("dFds", e.value("tangent"));
        files.put("v_at_f_s", e.value("velocity"));
        files.put("h", e.value("residual"));
        files.put("hhat", e.value("unit").neg());
        files.put("target", field.sub(e.value("residual")));
        files.put("target_normalised", field.add(e.value("unit")));
        files.put("df_ds", field.add(e.value("tangent").mul(e.value("step"))));
        return files;
    }

    private static int checkValues(Path folder, String tag, Map<String, INDArray> values, String prefix)
            throws IOException {
        int cases = 0;
        for (String file : names(folder, tag + "_" + prefix + ".*\\.npy")) {
            String name = file.substring(tag.length() + 1, file.length() - 4);
            INDArray value = values.get(name.substring(prefix.length()));
            if (value == null) {
                Reference.skipped(folder, file);
                continue;
            }
            double[] actual = value.rank() == 4
                    ? Edm2Case.channelsFirst(value)
                    : value.dup('c').data().asDouble();
            double[] golden = Reference.array(folder, tag + "_" + name).values();
            assertThat(Reference.relativeToMaximum(actual, golden))
                    .as(folder + " " + file)
                    .isLessThan(F64);
            assertThat(Arrays.stream(golden).anyMatch(x -> x != 0)).isTrue();
            cases++;
        }
        assertThat(cases).as(folder + " " + prefix).isPositive();
        return cases;
    }
}
