# The tables. Uses the variables of scripts/bench/run.
# shellcheck shell=bash disable=SC2154

version_of() {
    case $1 in
    floor) echo "floor.c, gcc $(gcc -dumpversion) -O2" ;;
    *) "${binary[$1]}" --version | head -n 1 ;;
    esac
}

report() {
    local name
    printf '## Benchmark\n\n'
    printf -- '- kernel %s, %s CPUs, cgroups: %s\n' "$(uname -r)" "$(nproc)" "$layout_text"
    printf -- '- %s runs of each command in %s rounds, %s warm-ups a round\n' "$runs" "$rounds" "$warmup"
    for name in "${runtimes[@]}"; do printf -- '- %s: %s\n' "$name" "$(version_of "$name")"; done
    for name in "${left_out[@]}"; do printf -- '- not measured: %s\n' "$name"; done
    printf '\n'
    table
    printf '\n| file | size |\n|---|---:|\n'
    for name in "${runtimes[@]}"; do
        printf '| %s | %s |\n' "$name" "$(stat -c %s "${binary[$name]}" | awk '{ printf "%.2f MB", $1 / 1e6 }')"
    done
}

# A row for each command and runtime; the ratios are of the wall-clock medians, and of CPU to crun.
table() {
    jq -r --slurpfile peaks "$work/peaks" '
        def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
        # With two decimals, always.
        def fixed: (. * 100 | round) as $n | "\($n / 100 | floor).\($n % 100 + 100 | tostring[1:])";
        def ratio($a; $b): if $b then $a / $b | fixed else "" end;
        . as $all |
        def of($command; $runtime): first($all[] | select(.command == $command and .runtime == $runtime)) // null;
        def wall($command; $runtime): of($command; $runtime) | if . then .times | median else null end;
        ["command", "runtime", "median ms", "min ms", "CPU ms",
            "x floor", "x crun", "x runc", "CPU x crun", "peak MiB"],
        ["---", "---", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:"],
        (["run", "filtered", "first", "exec", "state", "kill", "list"][] as $command |
            ["floor", "crun", "runc", "skep"][] as $runtime |
            of($command; $runtime) | select(.) | (.times | median) as $median |
            [$command, $runtime, ($median | fixed), (.times | min | fixed), (.cpu | fixed),
                ratio($median; wall($command; "floor")),
                ratio($median; wall($command; "crun")),
                ratio($median; wall($command; "runc")),
                ratio(.cpu; of($command; "crun") | if . then .cpu else null end),
                (first($peaks[] | select(.command == $command and .runtime == $runtime)) |
                    .peak / 1024 | fixed)]) |
        "| " + join(" | ") + " |"' "$work/times.json"
}
