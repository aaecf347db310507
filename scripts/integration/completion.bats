#!/usr/bin/env bats
# completion: what the shells offer, from the table of commands and options.
load helpers

setup_file() {
    skep_only "Skep's own command"
}

# complete_line WORD...: what bash offers for the last word, a line each, in $output. Words as bash splits them:
# "--root=/x" is three.
complete_line() {
    output=$(
        eval "$("$SKEP" completion bash)"
        COMP_WORDS=("$SKEP" "$@")
        COMP_CWORD=$#
        _skep
        printf '%s\n' "${COMPREPLY[@]}"
    )
}

# bats test_tags=host
@test "completion: the scripts are right by their shells" {
    local shell
    for shell in bash zsh fish; do
        skep completion "$shell"
        "$shell" -n "$WORK/stdout"
    done
    skep completion bash
    shellcheck -s bash "$WORK/stdout"
}

@test "completion bash: commands and their options" {
    complete_line ""
    assert_contains "$output" create
    assert_contains "$output" completion
    complete_line st
    assert_equal "$output" $'start\nstate'
    complete_line --lo
    assert_equal "$output" $'--log\n--log-format'
    complete_line run --no
    assert_equal "$output" $'--no-pivot\n--no-new-keyring\n--no-subreaper'
    complete_line --debug --root /x run -
    assert_contains "$output" --detach
    assert_contains "$output" -b
    assert_contains "$output" --help
}

@test "completion bash: no options behind the first operand" {
    complete_line kill c -
    assert_equal "$output" ""
}

@test "completion bash: the words that an option takes" {
    complete_line list --format ""
    assert_equal "$output" $'table\njson'
    complete_line list -f j
    assert_equal "$output" json
    complete_line --log-format = t
    assert_equal "$output" text
    complete_line --rootless =
    assert_equal "$output" $'true\nfalse\nauto'
    complete_line kill c USR
    assert_equal "$output" $'USR1\nUSR2'
    complete_line completion f
    assert_equal "$output" fish
    complete_line man feat
    assert_equal "$output" features
}

@test "completion bash: files and directories" {
    mkdir "$WORK/folder one"
    touch "$WORK/file one"
    complete_line spec --bundle "$WORK/f"
    assert_equal "$output" "$WORK/folder one"
    complete_line --log "$WORK/fi"
    assert_equal "$output" "$WORK/file one"
    complete_line run --preserve-fds ""
    assert_equal "$output" ""
}

@test "completion bash: ids of the containers in --root" {
    setup_bundle sleep 1000
    create
    complete_line --root "$ROOT" state ""
    assert_equal "$output" "$ID"
    complete_line --root = "$ROOT" delete --force "${ID:0:4}"
    assert_equal "$output" "$ID"
    complete_line --root "$ROOT" state not
    assert_equal "$output" ""
    # A new container has no id that could be known.
    complete_line --root "$ROOT" create ""
    assert_equal "$output" ""
}

@test "completion fish: commands, options, words, ids" {
    setup_bundle sleep 1000
    create
    skep completion fish
    ln -s "$SKEP" "$WORK/skep"
    offers() {
        PATH=$WORK:$PATH HOME=$WORK fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$WORK/script" "$1" |
            cut -f1
    }
    cp "$WORK/stdout" "$WORK/script"
    assert_equal "$(offers 'skep st')" $'start\nstate'
    assert_equal "$(offers 'skep --log-format ')" $'json\ntext'
    assert_equal "$(offers 'skep --log-format json sp')" spec
    assert_equal "$(offers 'skep run --no-')" $'--no-new-keyring\n--no-pivot\n--no-subreaper'
    assert_equal "$(offers 'skep --debug list -f t')" table
    assert_equal "$(offers "skep --root $ROOT state ")" "$ID"
    assert_equal "$(offers "skep --root=$ROOT kill $ID USR")" $'USR1\nUSR2'
}

@test "completion zsh: becomes the completion of skep, sourced or from a folder" {
    skep completion zsh
    mkdir "$WORK/functions"
    cp "$WORK/stdout" "$WORK/functions/_skep"
    # shellcheck disable=SC2016 # it is zsh that expands them
    run zsh -f -c 'autoload -U compinit; compinit -u -D; source $1; print $_comps[skep]' zsh "$WORK/functions/_skep"
    assert_equal "$output" _skep
    # shellcheck disable=SC2016
    run zsh -f -c 'fpath=($1 $fpath); autoload -U compinit; compinit -u -D; print $_comps[skep]' zsh "$WORK/functions"
    assert_equal "$output" _skep
}

@test "completion zsh: completes an id in a terminal" {
    setup_bundle sleep 1000
    create
    skep completion zsh
    ln -s "$SKEP" "$WORK/skep"
    # The marks are written so that the echo of what is typed is not taken for them.
    cat >"$WORK/typing.zsh" <<'TYPING'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PATH=$1:\$PATH; autoload -U compinit; compinit -u -D; source $1/stdout; print -r REA''DY"
zpty -r shell out '*READY*'
zpty -n -w shell "skep --root $2 sta"$'\t'"te ${3[1,4]}"$'\t'
zpty -r shell out "*$3*"
TYPING
    HOME=$WORK timeout 20 zsh -f "$WORK/typing.zsh" "$WORK" "$ROOT" "$ID" </dev/null
}

@test "completion: another shell is refused by its name" {
    run_skep completion tcsh
    assert_refused tcsh "bash, zsh and fish"
}
