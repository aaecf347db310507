#!/usr/bin/env bats
# What the built program promises of itself, whatever it runs.
load helpers

setup_file() {
    skep_only "looks into Skep's own build"
}

@test "house: the program is static, stripped, and at most 12 MB" {
    run readelf -lW "$SKEP_PROGRAM"
    assert_excludes "$output" INTERP
    run readelf -SW "$SKEP_PROGRAM"
    assert_excludes "$output" .symtab
    [ "$(stat -c %s "$SKEP_PROGRAM")" -le 12000000 ]
}

@test "house: nothing of Foundation, of the concurrency runtime or of libdispatch is linked" {
    run strings "$SKEP_PROGRAM"
    assert_contains "$output" Planning # the detector works
    assert_excludes "$output" FoundationEssentials
    assert_excludes "$output" libdispatch
    assert_excludes "$output" swift_task_create
}

@test "house: the program sits at a fixed address, as its entry point needs" {
    run readelf -hW "$SKEP_PROGRAM"
    assert_contains "$output" "EXEC (Executable file)"
}

# bats test_tags=host
@test "house: the bootstrap calls nobody: not even memcpy" {
    local source objects=() project=$BATS_TEST_DIRNAME/../..
    for source in "$project"/CShims/{Plan,Bootstrap}/*.c; do
        objects+=("$(dirname -- "$SKEP_PROGRAM")/C$(basename -- "${source%/*}").build/$(basename -- "$source").o")
    done
    run nm --undefined-only --format=posix "${objects[@]}"
    assert_contains "$output" skep_plan_read # the detector works
    run grep -vE '^(skep_[a-z_]+ U|_GLOBAL_OFFSET_TABLE_ U|.*:)' <<<"$output"
    assert_equal "$output" ""
}
