# Sourced by flowmap and package.sh: builds with Maven, and lays out a Spark home and a folder of the program's jars without those that
# Spark has. In a checkout these are deploy/target/spark and deploy/target/lib (for the benches deploy/bench/target/lib), and
# third-party jars are links into Maven's repository.

# prepare deploy|bench: brings the layout up to date and exports SPARK_HOME. In a package, which has no sources, nothing is built.
prepare() {
    local module=$1 target state
    if [ -n "${SPARK_HOME-}" ]; then
        ls "$SPARK_HOME"/jars/spark-core_2.12-3.5.*.jar >/dev/null 2>&1 ||
            die "cannot use SPARK_HOME $SPARK_HOME: expected Spark 3.5 for Scala 2.12, got none there (unset SPARK_HOME to use our own)"
    fi
    export SPARK_HOME=${SPARK_HOME:-$own_spark}
    if [ ! -e "$home/pom.xml" ]; then
        [ "$module" = deploy ] || die "cannot run the benches: expected a checkout with sources, got a package"
        return 0
    fi
    case $module in bench) target=$deploy/bench/target ;; *) target=$deploy/target ;; esac
    state="$(sh "$home/.mvn/natives") $SPARK_HOME ${MAVEN_ARGS-}"
    if ! is_current "$target" "$state"; then
        mkdir -p "$target"
        (
            if command -v flock >/dev/null; then flock 9; fi
            if ! is_current "$target" "$state"; then build "$module" "$target" "$state"; fi
        ) 9>"$target/lock"
    fi
}

# is_current TARGET STATE: whether the layout was built for this machine and Spark, and no source is newer.
is_current() {
    [ "$(cat "$1/laid-out" 2>/dev/null)" = "$2" ] &&
        [ -z "$(find "$home/pom.xml" "$home"/*/pom.xml "$home"/*/src/main "$deploy"/*/pom.xml "$deploy"/*/src/main "$deploy/bin" \
            -newer "$1/laid-out" -print 2>/dev/null | head -n 1)" ] &&
        [ -z "$(find -L "$1/lib" "$SPARK_HOME/jars" -type l -print 2>/dev/null | head -n 1)" ]
}

build() {
    local modules=deploy log=$2/build.log commit
    [ "$1" = deploy ] || modules=deploy,deploy/bench
    echo "flowmap: building, see $log" >&2
    printf %s "$3" >"$2/started" # dated before the build, so that sources changed during it count as newer
    commit=$(git -C "$home" describe --always --dirty --abbrev=12 --exclude '*' 2>/dev/null || true)
    (cd "$home" && sh ./mvnw -B -ntp package -DskipTests -Dflowmap.package.skip=true "-Dflowmap.commit=$commit" -pl "$modules" -am) \
        >"$log" 2>&1 || {
        grep -E '^\[ERROR\]|^\[FATAL\]|^Error|cannot' "$log" | head -n 15 >&2
        echo "flowmap: cannot build: expected Maven to succeed, got the errors above (full log: $log)" >&2
        exit 1
    }
    [ "$SPARK_HOME" != "$own_spark" ] || spark_home "$own_spark"
    library "$2/lib" "$([ "$1" = deploy ] && echo "$deploy" || echo "$deploy/bench")" "$SPARK_HOME"
    mv "$2/started" "$2/laid-out"
}

# spark_home DIR: lays out a Spark home.
spark_home() {
    mkdir -p "$1/jars" "$1/bin" "$1/conf"
    tr ':' '\n' <"$deploy/spark/target/classpath" | links "$1/jars"
    cp "$deploy/bin/spark-class" "$deploy/bin/spark-submit" "$1/bin/"
    echo "Spark from Maven's jars, laid out by flowmap" >"$1/RELEASE"
}

# library DIR MODULE SPARK: links the jars of the module's runtime class path, except those that the Spark home has in any version, and
# copies our own jars.
library() {
    local known
    known=" $(ls "$3/jars" | sed 's/-[0-9].*\.jar$//' | tr '\n' ' ')"
    {
        ls "$2"/target/flowmap-*.jar
        tr ':' '\n' <"$2/target/classpath"
    } | while IFS= read -r jar || [ -n "$jar" ]; do
        case $jar in
        *-tests.jar) ;;
        */org/nd4j/*) printf '%s\n' "$jar" ;;
        *) case $known in *" $(basename "$jar" | sed 's/-[0-9].*\.jar$//') "*) ;; *) printf '%s\n' "$jar" ;; esac ;;
        esac
    done | links "$1"
}

# links DIR: makes DIR hold exactly the jars listed on standard input. Each jar is replaced atomically, so running JVMs are not affected.
links() {
    local dir=$1 jar name wanted=' '
    mkdir -p "$dir"
    while IFS= read -r jar || [ -n "$jar" ]; do
        [ -n "$jar" ] || continue
        name=$(basename "$jar")
        wanted="$wanted$name "
        case $jar in
        "$home"/*) cp "$jar" "$dir/.new" ;;
        *) ln -sf "$jar" "$dir/.new" ;;
        esac
        mv -f "$dir/.new" "$dir/$name"
    done
    for jar in "$dir"/*.jar; do
        case $wanted in *" $(basename "$jar") "*) ;; *) rm -f "$jar" ;; esac
    done
}
