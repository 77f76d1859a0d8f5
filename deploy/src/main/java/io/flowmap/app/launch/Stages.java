package io.flowmap.app.launch;

import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The jobs of all modules, with the pipeline's stages in order, and the commands pipeline and demo, which run all stages. */
public final class Stages {
    private static final List<String> ORDER =
            List.of("ingest", "pretrain", "distill", "finetune", "generate", "evaluate", "report");

    private final List<Job> jobs;

    private Stages(List<Job> jobs) {
        this.jobs = List.copyOf(jobs);
    }

    /** Loads the jobs that modules registered with {@link ServiceLoader}. */
    public static Stages registered() {
        return of(ServiceLoader.load(Job.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList());
    }

    static Stages of(List<Job> registered) {
        var stages = registered.stream()
                .sorted(Comparator.comparingInt(Stages::rank).thenComparing(Job::name))
                .toList();
        var jobs = new ArrayList<>(stages);
        jobs.add(new All("pipeline", "run all stages in order; finished ones are skipped", stages));
        jobs.add(new All(
                "demo",
                "run the pipeline on drawn shapes, with conf/demo.conf; demo scenes: from captions, with conf/demo-scenes.conf",
                stages));
        return new Stages(jobs);
    }

    public List<Job> jobs() {
        return jobs;
    }

    public Job job(String name) {
        return jobs.stream().filter(job -> job.name().equals(name)).findFirst().orElseThrow();
    }

    /** The jobs that a command runs: its own job, or those stages of the pipeline that the settings enable. */
    List<Job> jobs(String name, JobContext context) {
        return job(name) instanceof All all ? all.within(context) : List.of(job(name));
    }

    /** Whether the job runs other jobs one after the other. */
    boolean isSeries(Job job) {
        return job instanceof All;
    }

    private static int rank(Job job) {
        int rank = ORDER.indexOf(job.name());
        return rank < 0 ? ORDER.size() : rank;
    }

    private record All(String name, String summary, List<Job> stages) implements Job {
        @Override
        public Map<String, Class<? extends Record>> sections() {
            var all = new TreeMap<String, Class<? extends Record>>();
            stages.stream().filter(stage -> rank(stage) < ORDER.size()).forEach(stage -> all.putAll(stage.sections()));
            return all;
        }

        List<Job> within(JobContext context) {
            return stages.stream()
                    .filter(stage -> rank(stage) < ORDER.size() && stage.inPipeline(context))
                    .toList();
        }

        @Override
        public void run(JobContext context) {
            throw new IllegalStateException(
                    "cannot run " + name + " as one job: Application runs the stages of jobs(name, context) in order");
        }
    }
}
