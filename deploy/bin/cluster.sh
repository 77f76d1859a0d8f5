# Sourced by flowmap: a standalone Spark cluster on loopback. Process ids, logs, the address, and the secret with which master, workers
# and jobs authenticate each other are in a folder that only the user can read. The launcher looks for them there.
cluster_dir=$FLOWMAP_CLUSTER

cluster() {
    case ${1-} in
    start) cluster_start "${@:2}" ;;
    stop) cluster_stop ;;
    status) cluster_status ;;
    *)
        echo "flowmap cluster start [--workers 2] [--cores 1] [--memory 8g] [--port 7077] | stop | status"
        case ${1-} in -h | --help | help) exit 0 ;; *) exit 2 ;; esac
        ;;
    esac
}

cluster_start() {
    local workers=2 cores=1 memory=8g port=7077 i url
    while [ $# -gt 0 ]; do
        [ $# -ge 2 ] || die "cannot read cluster option $1: expected a value, got none"
        case $1 in
        --workers) workers=$2 ;;
        --cores) cores=$2 ;;
        --memory) memory=$2 ;;
        --port) port=$2 ;;
        *) die "cannot read cluster option $1: expected --workers, --cores, --memory or --port" ;;
        esac
        shift 2
    done
    for i in "$workers" "$cores" "$port"; do
        case $i in '' | 0* | *[!0-9]*) die "cannot start cluster: expected a positive whole number, got $i" ;; esac
    done
    [ -z "$(cluster_pids)" ] || die "cannot start cluster: expected no running cluster, got one at $(cat "$cluster_dir/url") (flowmap cluster stop)"
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        die "cannot start cluster: expected a free port $port on 127.0.0.1, got one in use (--port N)"
    fi
    rm -rf "$cluster_dir"
    mkdir -p "$(dirname "$cluster_dir")"
    mkdir -m 700 "$cluster_dir"
    secret >"$cluster_dir/secret.properties"
    chmod 600 "$cluster_dir/secret.properties"
    url=spark://127.0.0.1:$port
    echo "$url" >"$cluster_dir/url"
    daemon master org.apache.spark.deploy.master.Master --host 127.0.0.1 --port "$port" --webui-port 0 \
        --properties-file "$cluster_dir/secret.properties"
    await "I have been elected leader" 1
    for ((i = 1; i <= workers; i++)); do
        daemon "worker-$i" org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --webui-port 0 --cores "$cores" \
            --memory "$memory" --work-dir "$cluster_dir/work-$i" --properties-file "$cluster_dir/secret.properties" "$url"
    done
    await "Registering worker" "$workers"
    echo "$url"
}

# Prints Spark settings with a new secret. Only shell builtins see the secret, so no process list shows it.
secret() {
    local bytes
    bytes=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
    printf 'spark.authenticate true\nspark.authenticate.secret %s\n' "$bytes"
}

# daemon NAME CLASS ARGUMENTS: starts a background process that outlives this script.
daemon() {
    : >"$cluster_dir/$1.log"
    SPARK_LOCAL_IP=127.0.0.1 SPARK_DAEMON_MEMORY=512m SPARK_MASTER_OPTS=-Dspark.port.maxRetries=0 SPARK_NO_DAEMONIZE=1 \
        SPARK_DAEMON_JAVA_OPTS=-Dlog4j2.configurationFile=org/apache/spark/log4j2-defaults.properties \
        nohup "$SPARK_HOME/bin/spark-class" "${@:2}" >"$cluster_dir/$1.log" 2>&1 </dev/null &
    echo $! >"$cluster_dir/$1.pid"
}

# await TEXT COUNT: waits until the master has logged a text COUNT times; at most one minute.
await() {
    local tries=0
    until [ "$(grep -c "$1" "$cluster_dir/master.log")" -ge "$2" ]; do
        tries=$((tries + 1))
        if [ "$tries" -gt 300 ] || [ "$(cluster_pids | wc -w)" -lt "$(ls "$cluster_dir" | grep -c '\.pid$')" ]; then
            tail -n 5 "$cluster_dir"/*.log >&2
            cluster_stop >/dev/null
            echo "flowmap: cannot start cluster: expected master and workers to start, see the logs above" >&2
            exit 1
        fi
        sleep 0.2
    done
}

# Prints the ids of our processes that are running.
cluster_pids() {
    local file pid
    for file in "$cluster_dir"/*.pid; do
        [ -e "$file" ] || continue
        pid=$(cat "$file")
        case $(ps -o args= -p "$pid" 2>/dev/null) in *org.apache.spark.*) echo "$pid" ;; esac
    done
}

cluster_stop() {
    local pids tries=0
    pids=$(cluster_pids)
    [ -n "$pids" ] || { echo "no cluster is running"; rm -f "$cluster_dir"/*.pid; return 0; }
    kill $pids 2>/dev/null || true
    while [ -n "$(cluster_pids)" ]; do
        tries=$((tries + 1))
        [ "$tries" -ne 50 ] || kill -9 $(cluster_pids) 2>/dev/null || true
        sleep 0.2
    done
    rm -f "$cluster_dir"/*.pid
    echo "stopped $(echo $pids | wc -w | tr -d ' ') processes"
}

cluster_status() {
    local file
    [ -n "$(cluster_pids)" ] || { echo "no cluster is running"; return 0; }
    echo "url=$(cat "$cluster_dir/url")"
    for file in "$cluster_dir"/*.pid; do
        case " $(cluster_pids | tr '\n' ' ') " in
        *" $(cat "$file") "*) echo "$(basename "$file" .pid) pid=$(cat "$file") alive" ;;
        *) echo "$(basename "$file" .pid) pid=$(cat "$file") dead" ;;
        esac
    done
}
