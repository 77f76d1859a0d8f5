# Sourced by flowmap: a JVM names files in the encoding of the locale that it starts in, and no option of its own changes that.

# utf8_locale: exports a locale of UTF-8, C.UTF-8 before others, unless the user's is one. Where there is none, Java says so.
utf8_locale() {
    local known name
    [ "$(locale charmap 2>/dev/null)" != UTF-8 ] || return 0
    known=$(locale -a 2>/dev/null || true)
    name=$(grep -iEm 1 '^C\.utf-?8$' <<<"$known" || grep -iEm 1 '\.utf-?8$' <<<"$known" || true)
    export LC_ALL=${name:-C.UTF-8}
}
