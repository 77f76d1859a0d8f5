package io.flowmap.bench.step;

import java.util.Map;

/** Makes a contender over given values: parameters and constants by EDM2's names, raw, [out,in,kh,kw]. */
@FunctionalInterface
public interface StepFactory {
    /** The student's network is given; its teachers are {@code network.teacher()}, without s and guidance weight. */
    StepContender create(
            BenchNetwork network,
            StepConfig settings,
            Map<String, float[]> student,
            Map<String, float[]> main,
            Map<String, float[]> weak,
            int batch);
}
