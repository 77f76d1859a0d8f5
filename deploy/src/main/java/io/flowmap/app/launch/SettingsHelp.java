package io.flowmap.app.launch;

import io.flowmap.config.Reference;
import io.flowmap.config.Setting;
import io.flowmap.config.Settings;
import io.flowmap.stage.Job;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Help about settings: those of a command, shown below its options, and all of them as HOCON. */
final class SettingsHelp {
    /** Sections that several commands read, in reading order. */
    private static final List<String> SHARED = List.of("run", "spark", "training", "network");

    private static final String MARGIN = "  ";
    private static final String COMMENT = "      ";
    private static final int WIDTH = 100;

    private final Stages stages;
    private final Reference reference = Reference.read();

    SettingsHelp(Stages stages) {
        this.stages = stages;
    }

    /**
     * All settings, or those at and below a key, as HOCON for a configuration file. Throws {@link io.flowmap.config.UserError} if there
     * are none.
     */
    String hocon(String path) {
        if (!path.isEmpty()) {
            return reference.find(path).hocon();
        }
        return reference.sections().stream()
                .sorted(Comparator.comparingInt(section -> rank(section.path())))
                .map(Setting::hocon)
                .collect(Collectors.joining("\n"));
    }

    /**
     * The values that a configuration gives to all settings, or to those at and below a key, as HOCON with the default beside every value
     * that differs from it. Throws {@link io.flowmap.config.UserError} if there is no such key.
     */
    String values(Settings settings, String path) {
        var defaults = Settings.load(Optional.empty(), List.of()).values();
        var values = settings.values();
        var keys = values.keySet().stream()
                .filter(key -> path.isEmpty() || key.equals(path) || key.startsWith(path + "."))
                .sorted(Comparator.comparingInt(key -> rank(key.split("\\.")[0])))
                .toList();
        if (keys.isEmpty()) {
            reference.find(path);
        }
        var lines = new ArrayList<String>();
        for (var key : keys) {
            var usual = defaults.get(key);
            var difference =
                    values.get(key).equals(usual) ? "" : "  # " + (usual == null ? "no default" : "default: " + usual);
            lines.add(key + " = " + values.get(key) + difference);
        }
        long differing = keys.stream()
                .filter(key -> !values.get(key).equals(defaults.get(key)))
                .count();
        return String.format(
                Locale.ROOT,
                "# %d of %d settings differ from the defaults.%n%s%n",
                differing,
                keys.size(),
                String.join("\n", lines));
    }

    /** Sort key: first the shared sections, then those of the stages in their order, then the others. */
    private int rank(String section) {
        if (SHARED.contains(section)) {
            return SHARED.indexOf(section);
        }
        var names = stages.jobs().stream()
                .flatMap(job -> own(job).stream())
                .map(path -> path.split("\\.")[0])
                .distinct()
                .toList();
        return SHARED.size() + (names.contains(section) ? names.indexOf(section) : names.size());
    }

    /** End of a command's help: its own settings, and how to show the others. */
    String of(Job job) {
        var text = new StringBuilder();
        var own = own(job);
        if (!own.isEmpty()) {
            text.append(String.format("%nSettings with their defaults, for --config FILE or as key=value:%n"));
            own.forEach(path -> {
                text.append('\n');
                comment(text, MARGIN, reference.find(path).comment());
                text.append('\n');
                list(text, reference.find(path).children());
            });
        }
        return text.append('\n').append(elsewhere(job)).toString();
    }

    private String elsewhere(Job job) {
        var others = new ArrayList<>(job.sections().keySet());
        others.removeAll(SHARED);
        others.removeIf(path -> own(job).contains(path)
                || Stream.concat(own(job).stream(), job.sections().keySet().stream())
                        .anyMatch(above -> path.startsWith(above + ".")));
        var text = new StringBuilder();
        if (!others.isEmpty()) {
            comment(text, "", List.of("Also reads: " + commands(others)));
        }
        comment(text, "", List.of("Shared by many commands: " + commands(SHARED)));
        return text.toString();
    }

    private static String commands(List<String> paths) {
        return "flowmap settings " + String.join(" | ", paths);
    }

    /** Sections that no other command reads, or that have the command's name; empty for a pipeline, whose sections belong to its stages. */
    private List<String> own(Job job) {
        if (stages.isSeries(job)) {
            return List.of();
        }
        var mine = job.sections().keySet().stream()
                .filter(path -> !SHARED.contains(path))
                .filter(path -> path.equals(job.name())
                        || stages.jobs().stream()
                                .filter(other -> !stages.isSeries(other))
                                .noneMatch(other ->
                                        other != job && other.sections().containsKey(path)))
                .sorted()
                .toList();
        return mine.stream()
                .filter(path -> mine.stream().noneMatch(above -> path.startsWith(above + ".")))
                .toList();
    }

    /** Lists keys with their defaults. A comment on several consecutive keys is printed below the last of them. */
    private void list(StringBuilder text, List<Setting> settings) {
        var pending = List.<String>of();
        for (var setting : settings) {
            boolean plain = setting.isValue() && !setting.isCopy();
            if (!plain || !setting.comment().isEmpty()) {
                comment(text, COMMENT, pending);
                pending = List.of();
            }
            if (setting.isCopy()) {
                var all = reference.find(setting.original()).isValue() ? "" : ".*";
                head(text, setting.path() + all, setting.original() + all);
                setting.children().forEach(child -> values(text, child));
                comment(text, COMMENT, setting.comment());
            } else if (plain) {
                head(text, setting.path(), setting.value());
                pending = setting.comment().isEmpty() ? pending : setting.comment();
            } else if (setting.children().isEmpty()) {
                head(text, setting.path(), "{}");
                pending = setting.comment();
            } else if (setting.children().stream()
                    .allMatch(child -> child.isValue() && child.comment().isEmpty())) {
                setting.children().forEach(child -> head(text, child.path(), child.value()));
                pending = setting.comment();
            } else {
                if (!setting.comment().isEmpty()) {
                    text.append(MARGIN).append(setting.path()).append(".*\n");
                    comment(text, COMMENT, setting.comment());
                }
                list(text, setting.children());
            }
        }
        comment(text, COMMENT, pending);
    }

    /** All values of a setting, without comments. */
    private void values(StringBuilder text, Setting setting) {
        if (setting.isValue()) {
            head(text, setting.path(), setting.value());
        }
        setting.children().forEach(child -> values(text, child));
    }

    private static void head(StringBuilder text, String path, String value) {
        text.append(MARGIN).append(path).append(" = ").append(value).append('\n');
    }

    private static void comment(StringBuilder text, String margin, List<String> comment) {
        Setting.wrapped(comment, WIDTH - margin.length())
                .forEach(line -> text.append(margin).append(line).append('\n'));
    }
}
