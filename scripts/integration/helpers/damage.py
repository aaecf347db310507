#!/usr/bin/env python3
"""Damages one file of a container's directory in every way that one mistake can, and sees what commands make of it.

    damage.py SKEP ROOT ID OTHER FILE STEP live|stopped

ID is the container whose FILE is damaged, OTHER one that must not notice, and whose id differs in one bit. Every
STEPth offset is tried: the file cut off there, and a bit of the byte there another.
"""
import os
import shutil
import subprocess
import sys

skep, root, victim, other, name, step, mode = sys.argv[1:]
step = int(step)
directory = f"{root}/{victim}"
file = f"{directory}/{name}"


def start_time(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]


def run(*words):
    return subprocess.run(
        [skep, "--root", root, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)


def pid_of(container):
    result = run("state", container)
    return int(result.stdout.split(b'"pid": ')[1].split(b",")[0])


def variants(whole):
    neighbour = bytes(victim, "ascii")
    places = {index for index in range(len(whole)) if index % step == 0}
    bits = {index: index % 8 for index in places}
    # The byte that makes the other container's name of this one's, wherever it stands.
    index = whole.find(neighbour)
    while index >= 0:
        last = index + len(neighbour) - 1
        bits[last] = (ord(victim[-1]) ^ ord(other[-1])).bit_length() - 1
        index = whole.find(neighbour, last)
    for index in sorted(places):
        yield f"cut at {index}", whole[:index]
    for index, bit in sorted(bits.items()):
        changed = bytearray(whole)
        changed[index] ^= 1 << bit
        yield f"bit {bit} of byte {index}", bytes(changed)


def check(what, result, statuses):
    words = result.stderr.decode()
    good = result.returncode in statuses
    if result.returncode == 1:
        good = good and words.startswith("skep: ") and words.count("\n") == 1 and words.endswith("\n")
    if not good:
        sys.exit(f"{name}, {what}: {result.args[3:]} ended with {result.returncode}: {words}")


def look(what):
    for pid, time in alive.items():
        if start_time(pid) != time:
            sys.exit(f"{name}, {what}: process {pid} is gone")
    for path in cgroups:
        if not os.path.isdir(path):
            sys.exit(f"{name}, {what}: {path} is gone")
    if run("list", "--quiet").stdout.decode().split().count(other) != 1:
        sys.exit(f"{name}, {what}: the other container is not listed")


alive = {pid_of(other): None}
if mode == "live":
    alive[pid_of(victim)] = None
bystander = subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
alive[bystander.pid] = None
alive = {pid: start_time(pid) for pid in alive}
cgroups = [path for path, _, _ in os.walk("/sys/fs/cgroup") if os.path.basename(path) in (other, f"it-{other}.scope")]
assert cgroups and None not in alive.values()
with open(file, "rb") as whole:
    whole = whole.read()
copy = f"{directory}.copy"
if mode == "stopped":
    os.rename(directory, f"{root}.copy")
    copy = f"{root}.copy"
count = 0
try:
    for what, bytes_ in variants(whole):
        count += 1
        if mode == "stopped":
            shutil.copytree(copy, directory)
        with open(file, "wb") as damaged:
            damaged.write(bytes_)
        is_state = name == "state.json"
        if mode == "live":
            check(what, run("exec", victim, "true"), [255])
            check(what, run("update", "--pids-limit", "100", victim), [1])
            check(what, run("delete", victim), [1])
            if is_state:
                check(what, run("state", victim), [1])
                check(what, run("kill", victim, "KILL"), [1])
                check(what, run("kill", "--all", victim, "KILL"), [1])
                check(what, run("pause", victim), [1])
            else:
                check(what, run("state", victim), [0])
        else:
            check(what, run("delete", victim), [1] if is_state else [0])
            check(what, run("delete", "--force", victim), [0])
            if os.path.lexists(directory):
                sys.exit(f"{name}, {what}: {directory} is still there")
        look(what)
finally:
    bystander.kill()
    bystander.wait()
if mode == "live":
    with open(file, "wb") as repaired:
        repaired.write(whole)
else:
    os.rename(copy, directory)
print(count)
