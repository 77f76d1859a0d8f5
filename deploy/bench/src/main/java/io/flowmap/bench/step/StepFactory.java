package io.flowmap.bench.step;

import java.util.Map;

/** Creates a contender with given values: raw parameters and constants by EDM2's names, [out,in,kh,kw]. */
@FunctionalInterface
public interface StepFactory {
    /** The network is the student's; its teachers are {@code network.teacher()}, without s and guidance weight. */
    StepContender create(
            BenchNetwork network,
            StepConfig settings,
            Map<String, float[]> student,
            Map<String, float[]> main,
            Map<String, float[]> weak,
            int batch);
}
