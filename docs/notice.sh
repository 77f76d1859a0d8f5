#!/usr/bin/env bash
# notice.sh: writes NOTICE anew, a row for each library of Flowmap and of the Spark home, with the licences that its POM names. Run it
# when a dependency changes: DocsTest says when.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
licences="org.codehaus.mojo:license-maven-plugin:2.4.0:add-third-party -Dlicense.includedScopes=compile,runtime
    -Dlicense.excludedGroups=io\\.flowmap -Dlicense.force=true -Dlicense.acceptPomPackaging=true"
./mvnw -B -ntp -q package -DskipTests -Dflowmap.package.skip=true -pl deploy -am $licences >&2
./mvnw -B -ntp -q -pl deploy/spark $licences >&2

# "     (Licence) (Licence) Name (group:artifact:version - url)" becomes "group:artifact:version: Licence; Licence".
rows() {
    awk '
        match($0, /\([^()]+:[^()]+:[^()]+ - [^()]*\)$/) {
            library = substr($0, RSTART + 1)
            sub(/ - .*/, "", library)
            text = substr($0, 1, RSTART - 1)
            sub(/^ */, "", text)
            names = ""
            while (text ~ /^\(/) {
                depth = 0
                for (i = 1; i <= length(text); i++) {
                    c = substr(text, i, 1)
                    if (c == "(") depth++
                    if (c == ")" && --depth == 0) break
                }
                names = names (names == "" ? "" : "; ") substr(text, 2, i - 2)
                text = substr(text, i + 2)
            }
            if (names == "Unknown license") names = "none named"
            print library ": " names
        }' "$@" | LC_ALL=C sort -u
}

{
    cat <<'END'
Flowmap

The licence of Flowmap itself is its owner's to choose.

Libraries that ship with it: the jars of Flowmap, and those of the Spark home that it lays out for users without one.
Licences are those that each library's POM names. Several mean that the library is under one of them or under all, which
its own files say. Jars with native code hold further notices. docs/notice.sh writes this list from Maven's metadata.

END
    rows deploy/target/generated-sources/license/THIRD-PARTY.txt deploy/spark/target/generated-sources/license/THIRD-PARTY.txt
} >NOTICE.new
mv NOTICE.new NOTICE
