#!/usr/bin/env bash
# nightly.sh LOG COMMAND ...: runs `flowmap COMMAND ...` unless last night's run is still active. After a failure it runs the command
# again, up to three times in total; each run continues where the last stopped. A user's mistake (exit code 2) is not retried.
# FLOWMAP_WAIT: seconds between runs.
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: nightly.sh LOG COMMAND [--config FILE] [key=value ...]" >&2; exit 2; }
log=$1
shift
flowmap=${FLOWMAP:-$(dirname "${BASH_SOURCE[0]}")/../bin/flowmap}
mkdir -p "$(dirname "$log")"
exec 9>>"$log.lock"
flock -n 9 || { echo "nightly.sh: $log.lock is held: the last run is still active" >&2; exit 75; }
for run in 1 2 3; do
    echo "time=$(date -u +%FT%TZ) run=$run command=$1 state=started" >>"$log"
    code=0
    "$flowmap" "$@" >>"$log" 2>&1 9>&- || code=$?
    echo "time=$(date -u +%FT%TZ) run=$run command=$1 state=ended code=$code" >>"$log"
    case $code in 0 | 2) break ;; esac
    [ "$run" = 3 ] || sleep "${FLOWMAP_WAIT:-60}"
done
exit "$code"
