#!/usr/bin/env bats
# Documents that are no JSON, or too much of it: refused in one line, in bounded memory, with nothing left behind.
load helpers

setup_file() {
    skep_only
}

# refused WORD...: create refuses $BUNDLE within a memory of $MEMORY KiB, or 400,000, and changes nothing.
refused() {
    status=0
    (
        ulimit -v "${MEMORY:-400000}"
        exec "$SKEP" --root "$ROOT" create --bundle "$BUNDLE" "$ID"
    ) </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    output=$(<"$WORK/stdout")
    stderr=$(tr -d '\0' <"$WORK/stderr")
    assert_refused "$@"
    ((${#stderr} < 2000)) || fail "a line of ${#stderr} bytes"
    assert_no_leaks
}

@test "bad documents: 100 MB" {
    setup_bundle
    { printf '{"annotations":{"a":"' && head -c 100000000 /dev/zero | tr '\0' x && printf '"}}'; } >"$BUNDLE/config.json"
    refused config.json "file too large" 8388608
    run_skep check --bundle "$BUNDLE"
    assert_refused "file too large"
}

@test "bad documents: as long as allowed, of as many values as possible" {
    setup_bundle
    { printf '{"x":[' && head -c 8000000 /dev/zero | sed 's/\x00\x00/1,/g' && printf '1]}'; } >"$BUNDLE/config.json"
    refused ociVersion missing
    run_skep check --bundle "$BUNDLE"
    assert_contains "$output" "error: ociVersion: required, but missing"
}

@test "bad documents: millions of mistakes are no more than a thousand findings, in time" {
    setup_bundle
    local kind
    for kind in '"mounts":[' '"process":{"args":[' '"annotations":{"a":1},"linux":{"uidMappings":[' '"linux":{"maskedPaths":["a",'; do
        { printf '{"ociVersion":"1.0.0",%s' "$kind" && head -c 8000000 /dev/zero | sed 's/\x00\x00/1,/g' && printf '1]}'; } \
            >"$BUNDLE/config.json"
        [[ $kind != *'{'* ]] || echo '}' >>"$BUNDLE/config.json"
        refused "expected"
        run_skep check --bundle "$BUNDLE"
        assert_status 1
        (($(grep -c '' "$WORK/stdout") < 2100)) || fail "$kind: $(grep -c '' "$WORK/stdout") findings"
    done
}

@test "bad documents: a long string where an object is expected takes no more than its text" {
    setup_bundle
    local where MEMORY=65536
    for where in '"annotations":' '"linux":{"sysctl":' '"linux":{"resources":{"rdma":' '"linux":{"resources":{"unified":'; do
        { printf '{"ociVersion":"1.0.0",%s"' "$where" && head -c 3900000 /dev/zero | tr '\0' x && printf '"}'; } \
            >"$BUNDLE/config.json"
        head -c "$(($(tr -cd '{' <<<"$where" | wc -c)))" /dev/zero | tr '\0' '}' >>"$BUNDLE/config.json"
        refused "expected an object, found a string"
    done
}

@test "bad documents: 10,000 levels" {
    setup_bundle
    { printf '{"annotations":' && head -c 10000 /dev/zero | tr '\0' '['; } >"$BUNDLE/config.json"
    refused config.json "line 1, column 79" "nested more than 64 levels deep"
}

@test "bad documents: garbage" {
    setup_bundle
    local seed
    for seed in 1 2 3 4 5; do
        awk -v seed="$seed" 'BEGIN { srand(seed); for (i = 0; i < 5000; i++) printf "%c", int(rand() * 255) + 1 }' \
            >"$BUNDLE/config.json"
        refused config.json "line 1, column"
    done
}

@test "bad documents: cut off anywhere" {
    setup_bundle
    local whole length
    cp "$BUNDLE/config.json" "$WORK/whole"
    whole=$(stat -c %s "$WORK/whole")
    for ((length = 0; length < whole - 1; length += 97)); do
        head -c "$length" "$WORK/whole" >"$BUNDLE/config.json"
        refused config.json "line"
    done
}

@test "bad documents: what other readers put up with" {
    setup_bundle
    local document words
    while IFS='|' read -r document words; do
        printf '%b' "$document" >"$BUNDLE/config.json"
        refused config.json "$words"
    done <<'CASES'
\0357\0273\0277{}|line 1, column 1: unexpected byte order mark
{"ociVersion":"1\0377"}|line 1, column 17: invalid UTF-8
{'ociVersion':"1.0.0"}|line 1, column 2: unexpected character ''', expected a property name in double quotes
{"ociVersion":"1.0.0",}|line 1, column 23: unexpected character '}', expected a property name in double quotes
{"ociVersion":"1.0.0"} // end|line 1, column 24: unexpected character '/'
{"ociVersion":"1.0.0"}{}|line 1, column 23: unexpected character '{'
{"a":NaN}|line 1, column 6: expected 'null'
{"a":01}|line 1, column 7: malformed number
{"a":"\t"}|line 1, column 7: unexpected character 0x09 in a string
{"a":18446744073709551616}|line 1, column 6: the number does not fit in 64 bits
CASES
}

@test "bad documents: a process and resources by file are read alike" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    printf '{"args":["true"],"cwd":"/",}' >"$WORK/process.json"
    run_skep exec --process "$WORK/process.json" "$ID"
    ((status == 255)) || ((status == 1)) || fail "status $status"
    assert_contains "$stderr" "process.json: line 1, column 28: unexpected character '}'"
    printf '{"memory":{"limit":"12"}}' >"$WORK/resources.json"
    run_skep update --resources "$WORK/resources.json" "$ID"
    assert_refused resources.json "memory.limit: expected an integer" "write it without quotes"
    head -c 9000000 /dev/zero | tr '\0' ' ' >"$WORK/resources.json"
    run_skep update --resources "$WORK/resources.json" "$ID"
    assert_refused "file too large"
    printf '{"id":' >"$ROOT/$ID/state.json"
    run_skep state "$ID"
    assert_refused state.json "line 1, column 7: unexpected end of the document"
    skep delete --force "$ID"
}

@test "bad documents: of a property that occurs twice the last one counts" {
    setup_bundle
    sed -i 's/"hostname": "skep"/"hostname": "first",\n\t"hostname": "second"/' "$BUNDLE/config.json"
    set_args_plainly hostname
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" second
}

# gojq would drop the property that occurs twice.
set_args_plainly() {
    sed -i "s|\"/bin/true\"|\"$1\"|" "$BUNDLE/config.json"
}

# Every property of the default configuration, one at a time: create's line is among those of check.
@test "bad documents: a sample of changed properties, as create and as check see them" {
    setup_bundle
    cp "$BUNDLE/config.json" "$WORK/good.json"
    local path change
    gojq -c 'paths' "$WORK/good.json" | awk 'NR % 7 == 1' >"$WORK/paths"
    while IFS= read -r path; do
        for change in null -1 '""' '[]' '{}' 1e308; do
            gojq -c --argjson path "$path" --argjson new "$change" 'setpath($path; $new)' "$WORK/good.json" \
                >"$BUNDLE/config.json"
            run_skep create --bundle "$BUNDLE" "$ID"
            if ((status == 0)); then
                skep delete --force "$ID"
                continue
            fi
            assert_equal "$(grep -c '' "$WORK/stderr")" 1 "lines for $path = $change"
            printf '%s\n' "${stderr#skep: }" >"$WORK/wanted"
            run_skep check --bundle "$BUNDLE"
            # What only the kernel can know is no finding.
            if ((status == 1)); then
                sed 's/^[a-z]*: //' "$WORK/stdout" | grep -qxFf "$WORK/wanted" ||
                    fail "$path = $change: $(cat "$WORK/wanted") is not among: $output"
            fi
        done
    done <"$WORK/paths"
    rm -rf "${BUNDLE:?}/rootfs"
    assert_no_leaks
}
