#!/usr/bin/env bash
# layout.sh DIR: builds, and lays out what the image holds below DIR, which must be new or empty: DIR/opt/spark (a Spark home with
# Kubernetes' part) and DIR/opt/flowmap (launcher, configurations, jars). The Dockerfile's first stage runs it.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: layout.sh DIR" >&2; exit 2; }
[ -z "$(ls -A "$1" 2>/dev/null)" ] || { echo "layout.sh: expected $1 to be new or empty, got files" >&2; exit 2; }
deploy=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
mkdir -p "$1"
image=$(cd "$1" && pwd -P)/opt

# AVX2 runs on every x86-64 node; with a newer one for some of them a mixed cluster would round differently.
[ "$(uname -m)" != x86_64 ] || export FLOWMAP_NATIVES=${FLOWMAP_NATIVES:-linux-x86_64-onednn-avx2}
unset SPARK_HOME
"$deploy/bin/flowmap" help >&2

mkdir -p "$image/spark" "$image/flowmap/deploy/target"
cp -rL "$deploy/target/spark/." "$image/spark/"
cp -rL "$deploy/target/lib" "$image/flowmap/deploy/target/"
cp -r "$deploy/bin" "$deploy/conf" "$deploy/container" "$deploy/cron" "$deploy/profiles" "$image/flowmap/deploy/"
cp -r "$deploy/../conf" "$image/flowmap/"
