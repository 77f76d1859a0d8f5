#!/usr/bin/env bash
# secret.sh FLOWMAP STATE COMMAND ...: runs a command on a cluster of this machine and prints where the cluster's secret became visible.
set -euo pipefail
flowmap=$1 state=$2
shift 2
"$flowmap" cluster start --workers 1 --memory 2g
trap '"$flowmap" cluster stop' EXIT
sed -n 's/.*secret //p' "$state/secret.properties" >"$state/../secret"
echo "found mode=$(stat -c %a "$state/secret.properties")"
echo "found folder=$(stat -c %a "$state")"
echo "found length=$(wc -c <"$state/../secret")"
"$@" &
job=$!
looks=0 shown=0
while kill -0 "$job" 2>/dev/null; do
    shown=$((shown + $(cat /proc/[0-9]*/cmdline 2>/dev/null | grep -acFf "$state/../secret" || true)))
    looks=$((looks + 1))
    sleep 0.1
done
wait "$job"
echo "found looks=$looks"
echo "found shown=$shown"
echo "found logged=$(grep -rlFf "$state/../secret" "$state" --include='*.log' --include='std*' | wc -l)"
