#!/usr/bin/env bats
# docs/config.md says what becomes of every property of config.json, and names the tests that show it; docs/cgroups.md says
# what becomes of every limit in each cgroup layout; SECURITY.md says which attacks were tried.
load helpers

setup_file() {
    skep_only "looks into Skep's own documents"
}

project=$BATS_TEST_DIRNAME/../..
table=$project/docs/config.md

# rows: of both tables, those that tests have to show.
rows() {
    grep '^| `' "$table"
    grep '^| `linux\.' "$project/docs/cgroups.md"
}

# The properties and annotations of the table's rows, one a line, as patterns.
described() {
    awk -F'|' '/^\| `/ { print $2 }' "${1:-$table}" | grep -o '`[^`]*`' | tr -d '`'
}

# Every property that Skep knows, by a document that has them all: without indices, and without values.
properties() {
    gojq -r '[paths | map(if type == "number" then "[]" else . end)
        | if .[0] == "annotations" or .[1] == "sysctl" then .[:if .[0] == "annotations" then 1 else 2 end] else . end
        | if .[2] == "unified" and length > 3 then .[:3] + ["*"] else . end
        | join(".") | gsub("\\.\\[\\]"; "[]") | sub("\\[\\]$"; "")] | unique | .[]' \
        "$project/Tests/OCITests/Fixtures/full.json"
}

# undescribed: those of the properties on standard input that no pattern in $WORK/described stands for.
undescribed() {
    local property pattern found
    while IFS= read -r property; do
        found=
        while IFS= read -r pattern; do
            pattern=${pattern//\[/\\[}
            # shellcheck disable=SC2053 # a pattern is just what is wanted
            [[ $property == $pattern ]] && found=1 && break
        done <"$WORK/described"
        [[ -n $found ]] || printf '%s\n' "$property"
    done
}

@test "docs: every property that Skep knows has a row" {
    described >"$WORK/described"
    properties >"$WORK/properties"
    [[ $(wc -l <"$WORK/properties") -gt 150 ]] # the detector works
    assert_equal "$(undescribed <"$WORK/properties")" "" "without a row"
}

@test "docs: every limit has a row in the table of cgroup layouts" {
    described "$project/docs/cgroups.md" >"$WORK/described"
    properties >"$WORK/properties"
    # Without those that only hold others.
    while IFS= read -r property; do
        grep -qF -e "${property}." -e "${property}[]." "$WORK/properties" || printf '%s\n' "$property"
    done < <(grep '^linux\.resources\.' "$WORK/properties") >"$WORK/limits"
    [[ $(wc -l <"$WORK/limits") -gt 40 ]]
    assert_equal "$(undescribed <"$WORK/limits")" "" "without a row"
}

@test "docs: every test that is named exists" {
    local file title path count=0
    while IFS=$'\t' read -r file title; do
        path=$project/scripts/integration/$file
        [[ $file == *.bats ]] || path=$project/Tests/$file
        [[ -e $path ]] || fail "there is no $file"
        if [[ $file == *.bats ]]; then
            grep -qF "@test \"$title" "$path" || fail "$file has no test that begins with \"$title\""
        else
            grep -qF "\"$title" "$path" || fail "$file has nothing called \"$title\""
        fi
        count=$((count + 1))
    done < <(rows | awk -F'|' '{ print $(NF - 1) }' |
        grep -oE '[A-Za-z0-9/-]+\.(bats|swift) "[^"]*"' | sed 's/ "\(.*\)"$/\t\1/')
    ((count > 100)) || fail "only $count tests are named"
}

@test "docs: every row names a test" {
    local row
    while IFS= read -r row; do
        grep -qE '\.(bats|swift) "' <<<"$row" || fail "without a test: $row"
    done < <(rows)
}

@test "docs: every annotation of \`features\` has a row" {
    local name
    skep features
    for name in $(gojq -r '.potentiallyUnsafeConfigAnnotations[]' <<<"$output"); do
        described | grep -qxF "$name" || fail "without a row: $name"
    done
}

# The rows of SECURITY.md's table of attacks.
attacks() {
    sed -n '/^| attack /,$p' "$project/SECURITY.md" | tail -n +3
}

@test "docs: every attack names tests that exist, and a weakening" {
    local row file title name
    [[ $(attacks | wc -l) -gt 25 ]]
    while IFS= read -r row; do
        grep -qE '\.bats "' <<<"$row" || fail "without a test: $row"
        while IFS=$'\t' read -r file title; do
            grep -qF "@test \"$title" "$project/scripts/integration/$file" ||
                fail "$file has no test that begins with \"$title\""
        done < <(grep -oE '[a-z-]+\.bats "[^"]*"' <<<"$row" | sed 's/ "\(.*\)"$/\t\1/')
        name=$(awk -F'|' '{ print $(NF - 1) }' <<<"$row" | tr -d ' `')
        [[ -n $name && -e $project/scripts/attacks/weakenings/$name.patch ]] || fail "without a weakening: $row"
    done < <(attacks)
}

@test "docs: every weakening is in the table of attacks, and its tests are" {
    local patch name file title
    for patch in "$project"/scripts/attacks/weakenings/*; do
        name=$(basename -s .patch -- "$patch")
        attacks | grep -qF "| \`$name\` |" || fail "SECURITY.md has no attack that $name lets through"
        while read -r file title; do
            grep -qF "@test \"$title\"" "$project/scripts/integration/$file" || fail "$name: $file has no \"$title\""
        done < <(sed -n '/^diff /q; s/^Test: //p' "$patch")
    done
}
