package io.flowmap.ingest;

import io.flowmap.data.text.TextFile;
import io.flowmap.file.Store;
import io.flowmap.ingest.judge.Ledger;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageNames;
import io.flowmap.stage.StageOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/**
 * Reads images once into a staging table, measures the moments that the encoder needs, shuffles, and writes blocks of encoded images and
 * the ledger. The result depends only on the configuration, the seed and the sources.
 */
public final class IngestJob implements Job {
    private static final String STAGING = "staged";

    @Override
    public String name() {
        return "ingest";
    }

    @Override
    public String summary() {
        return "Read images into shuffled blocks of latents, with a ledger of every record";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of("ingest", IngestConfig.class);
    }

    @Override
    public void run(JobContext context) {
        var settings = context.settings().section("ingest", IngestConfig.class);
        var inventory = Inventory.take(context, settings);
        var start = context.clock().instant();
        boolean made = new Stage(StageNames.DATA, List.of("ingest"), inventory.inputs())
                .make(context, "ingest", output -> write(context, settings, inventory, output));
        if (made) {
            long seconds = Duration.between(start, context.clock().instant()).toSeconds();
            context.progress().phase("ingest", Map.of("done", context.stage(StageNames.DATA), "seconds", seconds));
        }
    }

    private static IngestFacts write(
            JobContext context, IngestConfig settings, Inventory inventory, StageOutput output) {
        List.of(Ledger.DIRECTORY, TextFile.FOLDER, Inventory.TRAIN, Inventory.TEST)
                .forEach(part -> delete(output, part));
        var tasks = inventory.tasks();
        var recipe = new FirstImages(context.hadoop(), settings).recipe(tasks, inventory.names());
        context.progress().phase("ingest", Map.of("tasks", tasks.size(), "shape", recipe.shape()));
        var assembly = new Assembly(context, settings, inventory, recipe, output.dir());
        assembly.check();
        var staging = new Path(output.dir(), STAGING);
        int read = new Scan(context, recipe).run(tasks, staging);
        context.progress().phase("ingest", Map.of("portions-read", read, "portions-kept", tasks.size() - read));
        var facts = assembly.write(staging);
        delete(output, STAGING);
        return facts;
    }

    private static void delete(StageOutput output, String part) {
        try {
            output.fileSystem().delete(new Path(output.dir(), part), true);
        } catch (IOException e) {
            throw Store.failure("cannot delete " + part + " of " + output.dir(), e);
        }
    }
}
