# Shared by the scripts of this folder: where the project is and how they speak.
# shellcheck shell=bash

# shellcheck disable=SC2034 # for those who source this file
project=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
readonly project

# A heading on standard error, so that a script's standard output stays its result.
note() {
    printf '==> %s\n' "$*" >&2
}

die() {
    printf '%s: %s\n' "$(basename -- "$0")" "$*" >&2
    exit 1
}

# Runs a command as root: directly, or through sudo where there is one.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "needs root (or sudo) for: $*"
    fi
}

# require COMMAND...: ends with one message that names all that are missing.
require() {
    local missing=() command
    for command in "$@"; do
        command -v "$command" >/dev/null || missing+=("$command")
    done
    ((${#missing[@]} == 0)) || die "not found: ${missing[*]} (scripts/setup installs what is needed)"
}

# swift_package COMMAND ARGUMENT...: `swift build` and its like, which leave empty folders behind where temporary files
# are put: that is a place of the project's own, and cleared.
swift_package() {
    local folder=$project/.build/tmp status=0
    mkdir -p "$folder"
    TMPDIR=$folder swift "$@" || status=$?
    rm -rf "$folder"/TemporaryDirectory.*
    return "$status"
}
