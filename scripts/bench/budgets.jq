# The budgets, and the figures that scripts/bench/budgets.bash has measured for them, as a Markdown table.
def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
# With two decimals; a number of things with none.
def fixed: if . < 0 then "-" + (-. | fixed) elif . == floor then tostring else
    (. * 100 | round) as $n | "\($n / 100 | floor).\($n % 100 + 100 | tostring[1:])" end;
def over($a; $b): if $a and $b then $a / $b else null end;

def of($command; $runtime): first($times[0][] | select(.command == $command and .runtime == $runtime)) // null;
def wall($command; $runtime): of($command; $runtime) | if . then .times | median else null end;
def cpu($command; $runtime): of($command; $runtime) | if . then .cpu else null end;
def against($command; $other): over(wall($command; "skep"); wall($command; $other));
def pss($runtime): first($waiting[] | select(.runtime == $runtime)) // null;
def throughput($runtime): [$crowds[] | select(.runtime == $runtime) | 100 / .seconds] |
    if length > 0 then median else null end;
def list($runtime; $count): first($lists[] | select(.runtime == $runtime and .count == $count)).milliseconds // null;

# A row: what, in which unit, the figure, the budget, and what is worth knowing besides. A budget that is a number is
# the most that the figure may be.
def row($what; $unit; $figure; $budget; $remark): {$what, $unit, $figure, $budget, least: false, $remark};
def row($what; $unit; $figure; $budget): row($what; $unit; $figure; $budget; "");
def least: .least = true;

($peaks | max_by(.peak)) as $most |
[
    row("`run` of the default bundle, wall"; "x floor"; against("run"; "floor"); 1.3),
    row("`run`, wall"; "x crun"; against("run"; "crun"); 0.5),
    row("`run`, wall"; "x runc"; against("run"; "runc"); 0.15),
    row("`run`, user and system CPU"; "x crun"; over(cpu("run"; "skep"); cpu("run"; "crun")); 0.5),
    row("`run` with Podman's seccomp profile, cached"; "x without it"; over(wall("filtered"; "skep"); wall("run"; "skep")); 1.1),
    row("the same the first time"; "ms more"; (wall("first"; "skep") as $first | wall("filtered"; "skep") as $cached |
        if $first and $cached then $first - $cached else null end); 10),
    row("`exec`"; "x crun"; against("exec"; "crun"); 0.5),
    row("`state`"; "x crun"; against("state"; "crun"); 0.5),
    row("`kill`"; "x crun"; against("kill"; "crun"); 0.5),
    row("`list`"; "x crun"; against("list"; "crun"); 0.5),
    row("peak memory of any command"; "MiB"; $most.peak / 1024; 3.5; "the most: `\($most.command)`; over it: \(
        [$peaks[] | select(.peak > 3584) | "`\(.command)` \(.peak / 1024 | fixed)"] | join(", ") |
        if . == "" then "none" else . end)"),
    row("memory of the waiting init, its own"; "MiB"; pss("skep").private / 1024; 1),
    row("memory of the waiting init, with its share of the file"; "MiB"; pss("skep").pss / 1024; 1),
    (row("containers of ten that start with 512 KiB"; ""; first($tight[] | select(.runtime == "skep")).started; 10;
        [$tight[] | select(.runtime != "skep") | "\(.runtime) \(.started)"] | join(", ")) | least),
    (row("100 containers created, started, deleted, 8 at a time"; "x crun's throughput";
        over(throughput("skep"); throughput("crun")); 2;
        "containers a second: \([("skep", "crun") as $name | throughput($name) | select(.) |
            "\($name) \(round)"] | join(", "))") | least),
    row("`list` with 1,000 containers"; "x crun"; over(list("skep"; 1000); list("crun"; 1000)); 0.5;
        "ms with 10, 100, 1,000: \([10, 100, 1000 | list("skep"; .) | fixed] | join(", "))"),
    # What one container more costs, beyond what the program itself does; with a fifth for the noise.
    row("`list`, a container of 1,000"; "x one of 100";
        over(list("skep"; 1000) - list("skep"; 10); 990) / over(list("skep"; 100) - list("skep"; 10); 90); 1.2),
    row("the file"; "MB"; $size / 1e6; 12),
    row("shared libraries"; ""; $libraries; 0)
] |
["what", "figure", "", "budget", "", ""], ["---", "---:", "---", "---:", "---", "---"],
(.[] | [.what, (if .figure == null then "not measured" else (.figure | fixed) end), .unit,
    (if .least then ">= " else "<= " end) + (.budget | tostring),
    (if .figure == null then ""
     elif (if .least then .figure >= .budget else .figure <= .budget end) then "met"
     else "**not met**" end), .remark]) |
"| " + join(" | ") + " |"
