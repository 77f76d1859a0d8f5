# Sourced by flowmap. A JVM encodes file names by the locale in which it starts, and no JVM option changes that.

# utf8_locale: exports a UTF-8 locale, preferably C.UTF-8, unless the user's locale is UTF-8. If there is none, the launcher reports it.
utf8_locale() {
    local known name
    [ "$(locale charmap 2>/dev/null)" != UTF-8 ] || return 0
    known=$(locale -a 2>/dev/null || true)
    name=$(grep -iEm 1 '^C\.utf-?8$' <<<"$known" || grep -iEm 1 '\.utf-?8$' <<<"$known" || true)
    export LC_ALL=${name:-C.UTF-8}
}
