# Loaded by every .bats file. A test gets a work folder, a private state root, an id that no other test
# has, and a teardown that removes its containers and then fails the test if anything of them is left.
# shellcheck shell=bash
bats_require_minimum_version 1.5.0

helpers=${BASH_SOURCE[0]%/*}/helpers
source "$helpers/runtime.bash"
source "$helpers/assert.bash"
source "$helpers/bundle.bash"
source "$helpers/cgroup.bash"
source "$helpers/namespace.bash"
source "$helpers/network.bash"
source "$helpers/leaks.bash"

setup() {
    begin_test
}

# begin_test: a test's own names, also for a setup that does more.
begin_test() {
    WORK=$BATS_TEST_TMPDIR
    ROOT=$WORK/state
    BUNDLE=$WORK/bundle
    printf -v ID 'it_%08x' "$SRANDOM"
    SPAWNED=()
}

teardown() {
    remove_containers
    local pid
    for pid in "${SPAWNED[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    # What a teardown ends with is all that Bats asks of it.
    local leaks=0
    assert_no_leaks || leaks=1
    # Bats keeps a test's folder to the end of the run, and a thousand of them are more files than a small disk has.
    rm -rf --one-file-system -- "${BUNDLE:?}/rootfs"
    return "$leaks"
}
