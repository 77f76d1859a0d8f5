#!/usr/bin/env bash
# hosts.sh SPARK DIR CHECKOUT PACKAGE HOME [COMMAND ... --]...: runs the commands on a cluster of a master and two workers. The workers
# simulate separate hosts: they see Spark's home and the JDK, but empty folders in place of checkout, package and the user's home (which
# holds Maven's repository and JavaCPP's unpacked libraries).
set -euo pipefail
spark=$1 dir=$2 checkout=$3 package=$4 home=$5
shift 5
export SPARK_LOCAL_IP=127.0.0.1 SPARK_DAEMON_MEMORY=256m SPARK_NO_DAEMONIZE=1
export SPARK_DAEMON_JAVA_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait' EXIT

: >"$dir/master.log"
"$spark/bin/spark-class" org.apache.spark.deploy.master.Master --host 127.0.0.1 --port 7077 --webui-port 0 >"$dir/master.log" 2>&1 &
pids+=($!)
mkdir -p "$dir/empty"
for host in 1 2; do
    mkdir -p "$dir/host-$host/home"
    unshare --mount bash -c '
        set -e
        mount --bind "$1" "$2"
        for hidden in "$4" "$5"; do
            [ ! -d "$hidden" ] || mount --bind "$3" "$hidden"
        done
        cd "$6"
        exec "${@:7}"
    ' host "$dir/host-$host/home" "$home" "$dir/empty" "$checkout" "$package" "$dir/host-$host" env "SPARK_LOCAL_IP=127.0.0.$host" \
        "$spark/bin/spark-class" org.apache.spark.deploy.worker.Worker --host "127.0.0.$host" --webui-port 0 --cores 1 --memory 2g \
        --work-dir "$dir/host-$host/work" spark://127.0.0.1:7077 >"$dir/worker-$host.log" 2>&1 &
    pids+=($!)
done
for ((tries = 0; $(grep -c "Registering worker" "$dir/master.log") < 2; tries++)); do
    [ "$tries" -lt 150 ] || { cat "$dir"/*.log; exit 3; }
    sleep 0.2
done

command=()
for word; do
    if [ "$word" = -- ]; then
        "${command[@]}"
        command=()
    else
        command+=("$word")
    fi
done
