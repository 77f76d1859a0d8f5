#!/usr/bin/env bash
# notice.sh: writes NOTICE anew, a row for each library of deploy/target/lib and of the Spark home, with the licences that its
# POM names. Run it when a dependency changes; DocsTest says when.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
./mvnw -B -ntp -q package -DskipTests -Dhome -pl deploy,deploy/spark -am \
    org.codehaus.mojo:license-maven-plugin:2.4.0:add-third-party \
    -Dlicense.includedScopes=compile,runtime -Dlicense.excludedGroups='io\.flowmap' -Dlicense.force=true >&2

{
    cat <<'END'
Flowmap
The licence of Flowmap itself is its owner's to choose.

The libraries below ship with it: the jars of lib, and those of the Spark home that the launcher lays out for users without
one. Licences are those that each library's POM names; several mean that the library is under all of them or under one of
them, which its own files tell. docs/notice.sh writes this list from Maven's metadata.

END
    # "     (Licence) (Licence) Name (group:artifact:version - url)" becomes "group:artifact:version | Licence, Licence".
    cat deploy/target/generated-sources/license/THIRD-PARTY.txt deploy/spark/target/generated-sources/license/THIRD-PARTY.txt |
        python3 "$home/docs/notice.py"
} >NOTICE.new
mv NOTICE.new NOTICE
