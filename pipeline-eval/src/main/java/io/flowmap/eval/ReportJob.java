package io.flowmap.eval;

import io.flowmap.job.Job;
import io.flowmap.job.JobContext;

public final class ReportJob implements Job {
    @Override
    public String name() {
        return "report";
    }

    @Override
    public String summary() {
        return "write one self-contained HTML page: samples, metrics, training, provenance";
    }

    @Override
    public void run(JobContext context) {}
}
