#!/usr/bin/env bash
# check.sh [--long] [--list] [--in DIR] [FILE ...]: runs the `sh` commands of README.md and docs/*.md in order, as a reader would, in a
# folder where the checkout is linked, and prints a line for each. docs/builders.md says how a guide marks what is not run.
set -uo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
long=false list=false folder='' files=()
while [ $# -gt 0 ]; do
    case $1 in
    --long) long=true ;;
    --list) list=true ;;
    --in)
        [ $# -ge 2 ] || { echo "check.sh: expected a folder after --in" >&2; exit 2; }
        folder=$2
        shift
        ;;
    -*)
        echo "usage: check.sh [--long] [--list] [--in DIR] [FILE ...]" >&2
        exit 2
        ;;
    *)
        [ -f "$1" ] || { echo "check.sh: cannot read $1: expected a guide, got no such file" >&2; exit 2; }
        files+=("$(realpath "$1")")
        ;;
    esac
    shift
done
[ ${#files[@]} -gt 0 ] || files=("$home/README.md" "$home"/docs/*.md)

kept=$folder
[ -n "$folder" ] || folder=$(mktemp -d "${TMPDIR:-/tmp}/flowmap-docs.XXXXXX")
mkdir -p "$folder/checkout"
folder=$(cd "$folder" && pwd -P)
for file in "$home"/* "$home/.mvn"; do
    case $file in */runs) ;; *) ln -sfn "$file" "$folder/checkout/$(basename "$file")" ;; esac
done
[ ! -d "$home/../shared" ] || ln -sfn "$(cd "$home/../shared" && pwd -P)" "$folder/shared"

ran=0 skipped=0 cluster=false output=$folder/output
finish() {
    [ "$cluster" = false ] || "$home/deploy/bin/flowmap" cluster stop >/dev/null 2>&1
    [ -n "$kept" ] || rm -rf "$folder"
}
trap finish EXIT

# tell STATE COMMAND: its first line, with what a backslash joins to it, without a comment at its end.
tell() {
    printf '%-6s %s\n' "$1" "$(printf '%s\n' "$2" | sed -e ':a' -e '/\\$/{N;s/ *\\\n */ /;ba' -e '}' -e 's/ *  # .*//' -e q)"
}

# skip STATE COMMAND REASON
skip() {
    tell "$1" "$3: $2"
    skipped=$((skipped + 1))
}

# run COMMAND: in this shell, so that later commands of the guide see its variables.
run() {
    local start=$SECONDS failed=0
    if $list; then
        tell run "$1"
        return
    fi
    case $1 in *'cluster start'*) cluster=true ;; esac
    trap 'failed=$?' ERR
    case $1 in
    ./mvnw*) (cd "$home" && eval "$1") >"$output" 2>&1 </dev/null ;; # Maven takes links for other folders
    *) eval "$1" >"$output" 2>&1 </dev/null ;;
    esac
    trap - ERR
    tell "$((SECONDS - start)) s" "$1"
    ran=$((ran + 1))
    if [ "$failed" != 0 ]; then
        cat "$output"
        echo "check.sh: exit code $failed of a command in $guide:" >&2
        printf '%s\n' "$1" >&2
        exit 1
    fi
}

# consider COMMAND MARK: runs it or says why not.
consider() {
    case $2 in
    'not run here'*)
        skip - "$1" "${2#not run here: }"
        return
        ;;
    takes*)
        if ! $long; then
            skip long "$1" "$2"
            return
        fi
        ;;
    esac
    case $1 in
    *../shared/*)
        if [ ! -d "$folder/shared" ]; then
            skip - "$1" "there is no ../shared"
            return
        fi
        ;;
    esac
    run "$1"
}

# whole COMMAND: whether nothing is missing at its end: a quote, a `done`, the next line, the end of a here-document.
whole() {
    case $1 in *\\) return 1 ;; esac
    [ -z "$(bash -n <<<"$1" 2>&1)" ]
}

check() {
    local line command='' mark='' inside=false
    while IFS= read -r line || [ -n "$line" ]; do
        if ! $inside; then
            [ "$line" != '```sh' ] || inside=true
            continue
        fi
        if [ "$line" = '```' ]; then
            [ -z "$command" ] || { echo "check.sh: cannot read $guide: a command has no end: $command" >&2; exit 2; }
            inside=false mark=''
        elif [ -n "$command" ]; then
            command+=$'\n'$line
        elif [ -z "$line" ]; then
            mark=''
        elif [[ $line == '# '* ]]; then
            case $line in '# not run here'* | '# takes '*) mark=${line#\# } ;; esac
        else
            command=$line
        fi
        if [ -n "$command" ] && whole "$command"; then
            consider "$command" "$mark"
            command=''
        fi
    done
}

for file in "${files[@]}"; do
    guide=${file#"$home/"}
    echo "$guide"
    cd "$folder/checkout" || exit 1
    exec 4<"$file"
    check <&4
    exec 4<&-
done
$list || echo "$ran passed, 0 failed, $skipped skipped"
