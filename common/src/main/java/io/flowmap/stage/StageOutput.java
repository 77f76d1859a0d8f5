package io.flowmap.stage;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Store;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory that a stage writes, as used by {@link Stage#make}: opened and, unless it is {@link #finished()}, written and finished.
 * {@code started.json} is written first and {@code manifest.json} last, so a partial output is never mistaken for a finished one. Output of
 * another configuration or of other inputs is neither resumed nor skipped: a {@link UserError} names the first difference, or {@code
 * run.overwrite=true} deletes the directory.
 *
 * <p>Only one application writes at a time. It holds a {@link DirectoryLock} on {@code run.dir} until it ends, because a stage must not be
 * replaced while a later one is made from it. Until the stage is finished it also holds one on the stage's directory, which may lie
 * elsewhere and be shared with other runs. Reading, and skipping a finished stage, takes no lock.
 */
public final class StageOutput {
    private static final Logger LOG = LoggerFactory.getLogger(StageOutput.class);

    private final JobContext context;
    private final FileSystem fileSystem;
    private final Path dir;
    private final Manifest plan;
    private final boolean resumed;
    private final Optional<DirectoryLock> lock;
    private boolean finished;

    private StageOutput(
            JobContext context,
            FileSystem fileSystem,
            Path dir,
            Manifest plan,
            Optional<DirectoryLock> lock,
            boolean resumed) {
        this.context = context;
        this.fileSystem = fileSystem;
        this.dir = dir;
        this.plan = plan;
        this.lock = lock;
        this.resumed = resumed;
        this.finished = Manifest.exists(fileSystem, dir);
    }

    /**
     * Opens {@code run.dir/stage}.
     *
     * @param sections paths of the settings that determine the output; {@code run.seed} always does and is not listed
     * @param inputs inputs of the stage
     */
    public static StageOutput open(JobContext context, String stage, List<String> sections, List<StageInput> inputs) {
        return open(context, stage, sections, inputs, Set.of());
    }

    /**
     * Opens {@code run.dir/stage} for work that can be resumed with some settings changed.
     *
     * @param operational names of keys anywhere in the sections that do not determine the output
     */
    public static StageOutput open(
            JobContext context, String stage, List<String> sections, List<StageInput> inputs, Set<String> operational) {
        var dir = context.stage(stage);
        var fileSystem = Store.of(context.hadoop(), dir);
        var config = Json.mapper().createObjectNode();
        sections.forEach(section -> config.set(section, context.settings().tree(section)));
        var plan = new Manifest(
                stage,
                CodeVersion.current(),
                context.run().seed(),
                Json.canonical(config),
                inputs,
                environment(context, inputs),
                Json.mapper().createObjectNode(),
                "");
        var differences = new ManifestDifference(operational);
        try {
            var lock = isFinished(fileSystem, dir, plan, differences)
                    ? Optional.<DirectoryLock>empty()
                    : lock(context, fileSystem, dir);
            boolean kept = keepEarlier(
                    fileSystem, dir, plan, differences, context.run().overwrite());
            if (!kept || !Manifest.exists(fileSystem, dir)) {
                plan.write(fileSystem, dir, Manifest.STARTED);
            }
            return new StageOutput(context, fileSystem, dir, plan, lock, kept);
        } catch (IOException e) {
            throw OutputDirectory.refused(dir, e);
        }
    }

    private static Optional<DirectoryLock> lock(JobContext context, FileSystem fileSystem, Path dir)
            throws IOException {
        var run = new Path(context.run().dir());
        var runs = Store.of(context.hadoop(), run);
        var root = runs.makeQualified(run);
        if (dir.toString().startsWith(root + "/")) {
            DirectoryLock.take(context, runs, root);
        }
        return DirectoryLock.take(context, fileSystem, dir);
    }

    /** Whether an earlier run with the same plan has finished, so that there is nothing to write. */
    private static boolean isFinished(FileSystem fileSystem, Path dir, Manifest plan, ManifestDifference differences) {
        return Manifest.exists(fileSystem, dir)
                && differences.first(Manifest.read(fileSystem, dir), plan).isEmpty();
    }

    private static JsonNode environment(JobContext context, List<StageInput> inputs) {
        var environment = Json.mapper()
                .createObjectNode()
                .put("java", System.getProperty("java.vm.version"))
                .put("spark", context.spark().version())
                .put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        environment.set("settings", context.settings().tree());
        var origins = environment.putObject(Manifest.ORIGINS);
        inputs.forEach(
                input -> input.manifest(context).ifPresent(manifest -> origins.set(input.name(), manifest.origin())));
        return environment;
    }

    /** Whether the output exists and is complete. */
    public boolean finished() {
        return finished;
    }

    /** Whether an earlier run with the same configuration started here. Its checkpoints can be resumed; everything else is rewritten. */
    public boolean resumed() {
        return resumed;
    }

    /** The directory, with the scheme of its file system. */
    public Path dir() {
        return dir;
    }

    public FileSystem fileSystem() {
        return fileSystem;
    }

    /**
     * The manifest of another finished output with the same plan. Throws {@link UserError} if it differs.
     *
     * @param apart names of keys that may differ
     */
    public Manifest sameButFor(Path other, Set<String> apart) {
        var manifest = Manifest.read(Store.of(context.hadoop(), other), other);
        new ManifestDifference(apart).first(manifest, plan).ifPresent(difference -> {
            throw new UserError("cannot go on from " + StageInput.withoutCredentials(other) + ": " + difference);
        });
        return manifest;
    }

    /** Records the mistake that ended the work, for {@link Manifest#read} of the unfinished output. */
    void fail(UserError mistake) {
        try {
            plan.failed(mistake.getMessage()).write(fileSystem, dir, Manifest.STARTED);
        } catch (RuntimeException e) {
            mistake.addSuppressed(e);
        }
    }

    /** Writes the manifest with the facts: a record, or a map of values that Jackson can write. */
    public void finish(Object facts) {
        lock.ifPresent(DirectoryLock::requireHeld);
        JsonNode tree = Json.canonical(Json.mapper().valueToTree(facts));
        new Manifest(
                        plan.stage(),
                        plan.version(),
                        plan.seed(),
                        plan.config(),
                        plan.inputs(),
                        plan.environment(),
                        tree,
                        context.clock().instant().toString())
                .write(fileSystem, dir, Manifest.FILE);
        finished = true;
        lock.ifPresent(DirectoryLock::close);
    }

    /**
     * Whether the existing content of the directory is kept: true if it was made with the same plan, false if the directory is now empty.
     */
    private static boolean keepEarlier(
            FileSystem fileSystem, Path dir, Manifest plan, ManifestDifference differences, boolean overwrite)
            throws IOException {
        if (isEmpty(fileSystem, dir)) {
            return false;
        }
        var name = Manifest.exists(fileSystem, dir) ? Manifest.FILE : Manifest.STARTED;
        if (!fileSystem.exists(new Path(dir, name))) {
            throw new UserError("cannot write stage " + plan.stage() + " into " + StageInput.withoutCredentials(dir)
                    + ": expected an empty directory or an earlier output, got other files");
        }
        var earlier = Manifest.read(fileSystem, dir, name);
        var difference = differences.first(earlier, plan);
        if (difference.isEmpty()) {
            if (!earlier.version().equals(plan.version())) {
                LOG.warn(
                        "stage={} made_by_version={} this_version={}", plan.stage(), earlier.version(), plan.version());
            }
            return true;
        }
        if (!overwrite) {
            throw new UserError("cannot reuse stage " + plan.stage() + " in " + StageInput.withoutCredentials(dir)
                    + ": " + difference.get() + " (run.overwrite=true deletes its output, another run.dir keeps it)");
        }
        LOG.info(
                "stage={} deleted={} because=\"{}\"",
                plan.stage(),
                StageInput.withoutCredentials(dir),
                difference.get());
        delete(fileSystem, dir);
        return false;
    }

    /** Whether the directory holds nothing except the marker of a started run. Such a run may have had another plan. */
    private static boolean isEmpty(FileSystem fileSystem, Path dir) throws IOException {
        if (!fileSystem.exists(dir)) {
            return true;
        }
        for (var child : fileSystem.listStatus(dir)) {
            var file = child.getPath();
            boolean counts = !AtomicFile.isUnfinished(file)
                    && !DirectoryLock.isLock(file)
                    && !file.getName().equals(Manifest.STARTED);
            if (counts) {
                return false;
            }
        }
        return true;
    }

    /**
     * Deletes the content of the directory, the manifest first and {@code started.json} last: if interrupted, the rest counts as unfinished
     * and is still recognised as the earlier output. Lock files are kept.
     */
    static void delete(FileSystem fileSystem, Path dir) throws IOException {
        fileSystem.delete(new Path(dir, Manifest.FILE), false);
        for (var child : fileSystem.listStatus(dir)) {
            if (!child.getPath().getName().equals(Manifest.STARTED) && !DirectoryLock.isLock(child.getPath())) {
                fileSystem.delete(child.getPath(), true);
            }
        }
        fileSystem.delete(new Path(dir, Manifest.STARTED), false);
    }
}
