# Hostile containers and images.
# shellcheck shell=bash

# compile_attack: $ATTACK is helpers/attack.c, for a setup_file.
compile_attack() {
    export ATTACK=$BATS_FILE_TMPDIR/attack
    gcc -O2 -static -Wall -Wextra -Werror -o "$ATTACK" "$BATS_TEST_DIRNAME/helpers/attack.c"
}

# The capabilities that this machine has to give, by name; `features` lists them in the order of their numbers.
own_capabilities() {
    local mask number=0 name
    mask=0x$(awk '$1 == "CapPrm:" { print $2 }' /proc/self/status)
    for name in $("$SKEP" features | gojq -r '.linux.capabilities[]'); do
        ((mask >> number++ & 1)) && printf '%s\n' "$name"
    done
}

# setup_attacker CAPABILITY... -- ARG...: a bundle whose container may write to its rootfs, has these capabilities, and
# runs helpers/attack.c with ARGs.
setup_attacker() {
    local capabilities=()
    while [[ $1 != -- ]]; do
        capabilities+=("$1")
        shift
    done
    shift
    setup_bundle /attack "$@"
    cp "$ATTACK" "$BUNDLE/rootfs/attack"
    update_config '.root.readonly = false | .process.noNewPrivileges = false
        | .process.capabilities[] = $ARGS.positional' --args -- "${capabilities[@]}"
}

# start_attacker: $ID runs in the background, and what it prints goes to $WORK/spawned.out.
start_attacker() {
    spawn_skep run --bundle "$BUNDLE" "$ID"
    wait_for status_is running
}

# said WORD: whether the attacker has printed that line.
said() {
    grep -qxF -- "$1" "$WORK/spawned.out"
}

# say_all: what the attacker has printed, each line once.
say_all() {
    sort -u "$WORK/spawned.out"
}
