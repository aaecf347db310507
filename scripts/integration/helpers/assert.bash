# Assertions that say what they saw.
# shellcheck shell=bash

fail() {
    printf '%s\n' "$*" >&2
    return 1
}

# assert_equal GOT WANTED [WHAT]
assert_equal() {
    [[ $1 == "$2" ]] || fail "${3:-value}: got '$1', wanted '$2'"
}

# assert_contains TEXT PART
assert_contains() {
    [[ $1 == *"$2"* ]] || fail "'$2' is not in: $1"
}

# assert_excludes TEXT PART
assert_excludes() {
    [[ $1 != *"$2"* ]] || fail "'$2' is in: $1"
}

# assert_matches TEXT REGEX
assert_matches() {
    [[ $1 =~ $2 ]] || fail "does not match '$2': $1"
}

# assert_status NUMBER: of the last run_skep or wait_spawned.
assert_status() {
    ((status == $1)) || fail "exit status: got $status, wanted $1; standard error: ${stderr-}"
}

# assert_refused WORD...: the last run_skep failed and said why. Skep does so with status 1 and exactly
# one line on standard error, which names each WORD (in any case): the property, path or reason.
assert_refused() {
    ((status != 0)) || fail "succeeded, but should have been refused (output: $output)"
    [[ -n $stderr ]] || fail "failed without a word on standard error"
    is_skep || return 0
    assert_status 1
    assert_equal "$(grep -c '' "$WORK/stderr")" 1 "lines on standard error ($stderr)"
    assert_matches "$stderr" '^skep: '
    local word
    for word in "$@"; do
        assert_contains "${stderr,,}" "${word,,}"
    done
}
