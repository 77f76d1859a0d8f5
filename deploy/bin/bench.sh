# Sourced by flowmap: runs deploy/bench. Only its class path holds libtorch and its dependencies.

bench() {
    local lib="$deploy/bench/target/lib/*" threads=${OMP_NUM_THREADS:-} name
    # A short spin between parallel regions takes 25 % off a step at batch 16, for both sides.
    [ -n "$threads" ] || threads=$(getconf _NPROCESSORS_ONLN)
    local environment=(MALLOC_MMAP_THRESHOLD_=268435456 MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=268435456
        MALLOC_ARENA_MAX=2 "GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-20000}" "OMP_NUM_THREADS=$threads")
    local options=("-Xmx${FLOWMAP_BENCH_HEAP:-6g}" -Dorg.bytedeco.javacpp.maxbytes=12g -Dorg.bytedeco.javacpp.maxphysicalbytes=20g
        "-Dorg.bytedeco.javacpp.cachedir=$deploy/bench/target/cache" -Dlog4j2.configurationFile=io/flowmap/app/log4j2.properties
        -Dspark.ui.enabled=false -Dspark.plugins=io.flowmap.stage.ProcessEnd "-Dspark.executor.extraClassPath=$lib" -Dspark.driver.host=127.0.0.1)
    for name in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent \
        java.util.concurrent.atomic sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar; do
        options+=("--add-opens=java.base/$name=ALL-UNNAMED")
    done
    for name in "${environment[@]}"; do
        options+=("-Dspark.executorEnv.$name")
    done
    exec env SPARK_LOCAL_IP=127.0.0.1 SPARK_SCALA_VERSION=2.12 "${environment[@]}" \
        "$java" "${options[@]}" -cp "$lib:$SPARK_HOME/jars/*" io.flowmap.bench.Bench "$@"
}
