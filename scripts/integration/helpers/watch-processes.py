"""Looks at every process that appears while it runs, as one who is root in the user namespace that it runs in could.

  watch-processes.py READY STOP    makes the file READY, and ends when the file STOP is there

Prints how often an init of skep's could be seen but not looked into, and then the program of each that could.
"""
import os
import sys


def programs():
    """The name and the program of each new process; None for a program that is out of reach."""
    for pid in os.listdir("/proc"):
        if not pid.isdigit() or pid in before:
            continue
        try:
            with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
                name = file.read().strip()
        except OSError:
            continue
        try:
            yield name, os.readlink(f"/proc/{pid}/exe")
        except OSError:
            yield name, None


ready, stop = sys.argv[1:]
before = set(os.listdir("/proc"))
hidden, seen = 0, set()
open(ready, "w", encoding="utf-8").close()
while not os.path.exists(stop):
    for name, program in programs():
        if program:
            seen.add(program)
        elif name == "skep:[init]":
            hidden += 1
print(hidden, *sorted(seen), sep="\n")
