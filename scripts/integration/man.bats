#!/usr/bin/env bats
# man and help: what is told of commands and options, all from one table.
load helpers

setup_file() {
    skep_only "Skep's own command"
}

commands() {
    "$SKEP" --help | awk '/^Commands:/ { listed = 1; next } /^$/ { listed = 0 } listed { print $1 }'
}

# The long options in a text.
options_in() {
    grep -oE -- '(^|[ ,])--[a-z][a-z-]+' | grep -oE -- '--.*' | sort -u
}

@test "man: scripts/man writes a page for skep and one for each command, without a flaw" {
    SKEP=$SKEP "$BATS_TEST_DIRNAME/../man" "$WORK/pages"
    local page
    for page in skep $(commands | sed 's/^/skep-/'); do
        run --separate-stderr env MANROFFSEQ= man --warnings -E UTF-8 -l -Tutf8 -Z "$WORK/pages/$page.1"
        assert_equal "$status$stderr" 0
        run lexgrog "$WORK/pages/$page.1"
        assert_contains "$output" "\"$page - "
    done
    assert_equal "$(find "$WORK/pages" -type f | wc -l)" $(($(commands | wc -l) + 1))
}

@test "man: a page names what --help names" {
    local command
    for command in $(commands); do
        skep "$command" --help
        local told
        told=$(sed -n '/^Options:/,$p' <<<"$output" | cut -c1-30 | options_in)
        assert_contains "$told" --help # the detector works
        skep man "$command"
        assert_equal "$(man -l "$WORK/stdout" | sed -n '/^OPTIONS/,/^SEE/p' | grep -E '^ {7}-' | options_in)" "$told"
    done
}

@test "man: what is typed can be copied" {
    skep man run
    assert_contains "$(MANWIDTH=200 man -l "$WORK/stdout")" "-b, --bundle DIR"
    # A bare "-" is a hyphen, which not every system shows as the minus that it has to be.
    run ! grep -E '(^|[^\\])-' "$WORK/stdout"
}

@test "man and help: an unknown command is refused by its name" {
    run_skep man nonsense
    assert_refused nonsense
    run_skep help nonsense
    assert_refused nonsense
}

@test "help: every command and option says what it does" {
    local command
    for command in "" $(commands); do
        # shellcheck disable=SC2086 # none for skep's own
        skep $command --help
        assert_contains "$output" "--help  "
        # What has nothing behind it ends in the space before that.
        run ! grep -E ' $' <<<"$output"
    done
}

@test "help COMMAND: as COMMAND --help" {
    skep list --help
    local told=$output
    skep help list
    assert_equal "$output" "$told"
}
