#!/usr/bin/env bash
# package.sh VERSION: makes deploy/target/flowmap-VERSION.tar.gz from Maven's build. The package runs without sources and Maven. It holds
# bin, lib (the program's jars), spark (a Spark home), conf, docs, notebooks, and the files of containers and schedulers. Maven runs this
# script in its package phase.
set -euo pipefail
deploy=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
home=$(dirname "$deploy")
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
name=flowmap-$1
. "$deploy/bin/layout.sh"

folder=$deploy/target/$name
rm -rf "$folder"
mkdir -p "$folder"
spark_home "$folder/spark"
library "$folder/lib" "$deploy" "$folder/spark"
for part in README.md LICENSE NOTICE conf docs notebooks; do
    [ ! -e "$home/$part" ] || ln -s "$home/$part" "$folder/"
done
for part in airflow bin container cron kubernetes profiles; do
    ln -s "$deploy/$part" "$folder/"
done
# Jars are already compressed: gzip would take 15 s more and save 6 %.
tar -C "$deploy/target" --owner=0 --group=0 -chf - "$name" | "$java" "$deploy/bin/Stored.java" >"$folder.tar.gz.new"
mv "$folder.tar.gz.new" "$folder.tar.gz"
rm -rf "$folder"
