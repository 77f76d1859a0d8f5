package io.flowmap.app;

import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.columnar.InMemoryRelation;
import org.apache.spark.sql.util.QueryExecutionListener;
import scala.collection.JavaConverters;

/**
 * Asks RAPIDS which parts of every executed Spark SQL query and cached table could run on a GPU; needs no GPU. Registered through
 * spark.sql.queryExecutionListeners.
 */
public final class PlanRecorder implements QueryExecutionListener {
    static final String EXPLAINER = "com.nvidia.spark.rapids.ExplainPlan";

    private static final Set<String> TOLD = new LinkedHashSet<>();

    /**
     * RAPIDS' lines without repetition, each with a mark: {@code *} runs on the GPU, {@code !} does not, {@code @} could if its
     * neighbours did.
     */
    static synchronized Set<String> told() {
        return new LinkedHashSet<>(TOLD);
    }

    @Override
    public void onSuccess(String function, QueryExecution query, long nanos) {
        explain(query);
        for (var leaf : JavaConverters.seqAsJavaList(query.optimizedPlan().collectLeaves())) {
            if (leaf instanceof InMemoryRelation kept) {
                explain(new Planned(query, kept.cachedPlan()));
            }
        }
    }

    @Override
    public void onFailure(String function, QueryExecution query, Exception failure) {
        tell("! " + function + " failed: " + failure);
    }

    private static void explain(QueryExecution query) {
        try {
            var rows = new Dataset<Row>(query, Encoders.row(query.analyzed().schema()));
            tell((String) Class.forName(EXPLAINER)
                    .getMethod("explainPotentialGpuPlan", Dataset.class, String.class)
                    .invoke(null, rows, "ALL"));
        } catch (ReflectiveOperationException e) {
            tell("! not explained: " + e + ": " + e.getCause());
        }
    }

    private static synchronized void tell(String lines) {
        lines.lines().map(String::strip).forEach(TOLD::add);
    }

    /** A query with a given physical plan. */
    private static final class Planned extends QueryExecution {
        private final transient QueryExecution of;
        private final transient SparkPlan plan;

        Planned(QueryExecution of, SparkPlan plan) {
            super(of.sparkSession(), of.logical(), of.tracker(), of.mode());
            this.of = of;
            this.plan = plan;
        }

        @Override
        public LogicalPlan commandExecuted() {
            return of.commandExecuted();
        }

        @Override
        public SparkPlan executedPlan() {
            return plan;
        }
    }
}
