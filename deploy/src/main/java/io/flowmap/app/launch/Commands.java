package io.flowmap.app.launch;

import io.flowmap.config.Settings;
import io.flowmap.config.Spelling;
import io.flowmap.config.UserError;
import io.flowmap.stage.Job;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The command line: one command per job, all with the same options, and the commands that the launcher script runs itself. */
public final class Commands {
    public static final int USER_ERROR = 2;
    /** The exit codes, as README and the schedules document them. */
    static final String EXIT_CODES = "Exit codes: 0 done; 1 an outage or a bug, worth another try;"
            + " 2 a mistake in settings or data, not worth another try.";

    private static final String ROOT = "flowmap";
    private static final String CONFIG = "--config";
    private static final String MASTER = "--master";
    private static final String OVERRIDES = "key=value";
    private static final String DEMO = "demo";
    private static final String SETTINGS = "settings";
    private static final String SECTION_OF_SETTINGS = "settingsList";
    private static final int WIDTH = 100;
    private static final char UNREADABLE = '\uFFFD';
    private static final Map<String, String> GROUPS = Map.of(
            "lab",
            "study the method: theorem 3.1, derivatives, trajectories, objectives in a plane and side by side, a codec",
            "study",
            "ask people which samples are best: make a plan, serve its page, report; simulate studies");
    private static final Map<String, String> SCRIPTED = Map.of(
            "cluster",
            "start or stop a Spark cluster on this machine: cluster start [--workers N] | cluster stop",
            "bench",
            "measure speed against libtorch, PyTorch, NumPy, SciPy and Pillow:"
                    + " bench step | finetune | averaging | features | metrics | recall | ingest");

    private static final List<String> FIRST = List.of(
            "Flowmap distils image generators into flow maps that draw in one to four steps.",
            "",
            "  flowmap demo [scenes]     see it work on drawn shapes, from images to a report [from captions]",
            "  flowmap pipeline run.dir=runs/mine ingest.train=FOLDER evaluate.reference-split=train",
            "                            the same on your own images, with a folder for each class",
            "  flowmap help              all commands",
            "  flowmap distill --help    a command and its settings",
            "  flowmap settings          all settings with their defaults");

    private final CommandLine line;

    /**
     * @param home root of the checkout, which holds conf/
     * @param run runs a request and returns the exit code
     */
    public Commands(Stages stages, Path home, PrintWriter out, PrintWriter err, ToIntFunction<Request> run) {
        var root = CommandSpec.create().name(ROOT);
        root.usageMessage()
                .description("Distils generative image models into flow maps that draw in one to four steps.")
                .footer(
                        "",
                        "Every command takes [--config FILE] [--master URL] [key=value ...].",
                        "A command's settings: flowmap COMMAND --help. All settings: flowmap settings [PREFIX].",
                        EXIT_CODES);
        addHelp(root);
        stages.jobs().forEach(job -> add(root, job, stages));
        SCRIPTED.keySet().stream().sorted().forEach(name -> root.addSubcommand(name, scripted(SCRIPTED.get(name))));
        root.addSubcommand(SETTINGS, settings());
        root.addSubcommand("help", new CommandLine(new CommandLine.HelpCommand()).getCommandSpec());
        line = new CommandLine(root)
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((mistake, arguments) -> tell(mistake, err))
                .setExecutionStrategy(parsed -> execute(parsed, stages, home, run));
    }

    /**
     * Runs the command in the arguments; returns the exit code. Refuses to run without UTF-8, since all non-ASCII characters of
     * arguments and file names would become the same character, and two directories could become one.
     */
    public int execute(String... arguments) {
        var encoding = System.getProperty("sun.jnu.encoding");
        if (!encoding.equals(StandardCharsets.UTF_8.name())) {
            line.getErr()
                    .println("flowmap: cannot name files in " + encoding
                            + ": expected a UTF-8 locale (set LC_ALL=C.UTF-8, or another of `locale -a`)");
            return USER_ERROR;
        }
        for (var argument : arguments) {
            if (argument.indexOf(UNREADABLE) >= 0) {
                line.getErr()
                        .println("flowmap: cannot read argument " + argument + ": expected UTF-8, got other bytes");
                return USER_ERROR;
            }
        }
        return line.execute(arguments);
    }

    /** Adds a job; a name of two words becomes a command of its group. */
    private static void add(CommandSpec root, Job job, Stages stages) {
        int blank = job.name().indexOf(' ');
        if (blank < 0) {
            root.addSubcommand(job.name(), command(job, stages));
            return;
        }
        var group = job.name().substring(0, blank);
        if (!root.subcommands().containsKey(group)) {
            root.addSubcommand(group, scripted(GROUPS.get(group)));
        }
        root.subcommands()
                .get(group)
                .getCommandSpec()
                .addSubcommand(job.name().substring(blank + 1), command(job, stages));
    }

    private static CommandSpec command(Job job, Stages stages) {
        var spec = CommandSpec.create();
        spec.usageMessage().description(sentence(job.summary()));
        var sections = new ArrayList<>(spec.usageMessage().sectionKeys());
        sections.add(SECTION_OF_SETTINGS);
        spec.usageMessage().sectionKeys(sections);
        spec.usageMessage().sectionMap().put(SECTION_OF_SETTINGS, help -> new SettingsHelp(stages).of(job));
        addHelp(spec);
        addConfig(spec, "file of settings (HOCON), which may include others");
        spec.addOption(OptionSpec.builder(MASTER)
                .paramLabel("URL")
                .type(String.class)
                .description("Spark's master: local[*] (default), spark://HOST:PORT or another")
                .build());
        job.options()
                .forEach((option, setting) -> spec.addOption(OptionSpec.builder(option)
                        .paramLabel("VALUE")
                        .type(String.class)
                        .description("the setting " + setting)
                        .build()));
        spec.addPositional(PositionalParamSpec.builder()
                .paramLabel(OVERRIDES)
                .arity("0..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .description("settings that override the file's, such as run.seed=7")
                .build());
        return spec;
    }

    private static CommandSpec settings() {
        var spec = scripted(
                "print all settings with their defaults, or with the values of a file, as HOCON that a file for --config may hold");
        addConfig(spec, "print the values that this file gives, and which of them differ from the defaults");
        spec.addPositional(PositionalParamSpec.builder()
                .paramLabel("PREFIX")
                .arity("0..1")
                .type(String.class)
                .description("only this key and those below it, as distill.objective")
                .build());
        return spec;
    }

    private static CommandSpec scripted(String summary) {
        var spec = CommandSpec.create();
        spec.usageMessage().description(sentence(summary));
        addHelp(spec);
        return spec;
    }

    private static void addConfig(CommandSpec spec, String description) {
        spec.addOption(OptionSpec.builder("-c", CONFIG)
                .paramLabel("FILE")
                .type(Path.class)
                .description(description)
                .build());
    }

    private static void addHelp(CommandSpec spec) {
        spec.usageMessage().width(WIDTH);
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("show this help")
                .build());
    }

    private static int execute(ParseResult parsed, Stages stages, Path home, ToIntFunction<Request> run) {
        var help = CommandLine.executeHelpRequest(parsed);
        if (help != null) {
            return help;
        }
        var command = parsed;
        while (command.hasSubcommand()) {
            command = command.subcommand();
        }
        var spec = command.commandSpec();
        if (command == parsed) {
            FIRST.forEach(spec.commandLine().getOut()::println);
            return USER_ERROR;
        }
        if (spec.name().equals(SETTINGS)) {
            return show(command, stages);
        }
        if (!spec.subcommands().isEmpty()) {
            spec.commandLine().usage(spec.commandLine().getOut());
            return USER_ERROR;
        }
        return run.applyAsInt(request(command, stages, home));
    }

    private static int show(ParseResult settings, Stages stages) {
        var line = settings.commandSpec().commandLine();
        try {
            var help = new SettingsHelp(stages);
            var prefix = settings.matchedPositionalValue(0, "");
            Optional<Path> file = Optional.ofNullable(settings.matchedOptionValue(CONFIG, null));
            line.getOut()
                    .print(file.isEmpty() ? help.hocon(prefix) : help.values(Settings.load(file, List.of()), prefix));
            line.getOut().flush();
            return 0;
        } catch (UserError e) {
            line.getErr().println("flowmap: " + e.getMessage());
            return USER_ERROR;
        }
    }

    private static Request request(ParseResult parsed, Stages stages, Path home) {
        var command = parsed.commandSpec().qualifiedName(" ").substring(ROOT.length() + 1);
        var given = new ArrayList<>(parsed.matchedPositionalValue(0, List.<String>of()));
        Path built = command.equals(DEMO) ? demo(parsed, home, given) : null;
        Path config = parsed.matchedOptionValue(CONFIG, built);
        var overrides = new ArrayList<String>();
        stages.job(command).options().forEach((option, setting) -> {
            if (parsed.hasMatchedOption(option)) {
                overrides.add(setting + "=" + parsed.matchedOptionValue(option, ""));
            }
        });
        overrides.addAll(given);
        return new Request(
                command,
                Optional.ofNullable(config),
                List.copyOf(overrides),
                Optional.ofNullable(parsed.matchedOptionValue(MASTER, null)));
    }

    /** Settings of the demo that the first word names. Removes that word. */
    private static Path demo(ParseResult parsed, Path home, List<String> words) {
        boolean named = !words.isEmpty() && !words.get(0).contains("=");
        var name = named ? words.remove(0) : Request.SHAPES;
        if (!Request.DEMOS.containsKey(name)) {
            throw new CommandLine.ParameterException(
                    parsed.commandSpec().commandLine(),
                    "cannot run demo " + name + ": expected one of " + String.join(", ", Request.DEMOS.keySet()));
        }
        return home.resolve(Request.DEMOS.get(name));
    }

    private static int tell(CommandLine.ParameterException mistake, PrintWriter err) {
        var within = mistake.getCommandLine();
        boolean unknownCommand = mistake instanceof CommandLine.UnmatchedArgumentException
                && !within.getSubcommands().isEmpty();
        err.println("flowmap: "
                + (unknownCommand
                        ? unknown(
                                ((CommandLine.UnmatchedArgumentException) mistake)
                                        .getUnmatched()
                                        .get(0),
                                within)
                        : mistake.getMessage().replace('\n', ' ') + " (flowmap help)"));
        return USER_ERROR;
    }

    private static String unknown(String word, CommandLine within) {
        var known = within.getSubcommands().keySet();
        var near = Spelling.nearest(word, known)
                .map(command -> "did you mean " + command + "?")
                .orElse("expected one of " + String.join(", ", known));
        return "cannot run " + word + ": no such command, " + near + " (flowmap help)";
    }

    private static String sentence(String summary) {
        return Character.toUpperCase(summary.charAt(0)) + summary.substring(1) + (summary.endsWith(".") ? "" : ".");
    }
}
