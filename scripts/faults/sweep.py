"""Lets every system call of every command fail in turn, and kills it there; says what did not end well.

  sweep.py [--every N] [--seed N] [--only COMMAND,...] [--passes PASS,...] INJECT SKEP BUNDLES WORK

After each fault the command has to have succeeded, with what it is for done, or to end with one line that says what
failed and a status other than 0; `delete --force` then has to leave nothing: no process, cgroup, mount, directory or
network device. Passes are the errors, and "kill" for the process that makes the call. "OOM" is for a host of version 2:
the OOM killer strikes in the container at each call of its init's.

Needs root and a mount namespace of its own.
"""
import argparse
import ctypes
import errno
import json
import os
import random
import re
import signal
import shutil
import sys
import time

PASSES = ["ENOMEM", "EPERM", "EINTR", "EIO", "kill"]
# Calls that have no result to come back to, or cannot fail; and brk, whose failure ends in the C library itself: its
# malloc aborts, also in a program that does nothing else.
CANNOT_FAIL = {"exit_group", "exit", "rt_sigreturn", "brk", "getpid", "geteuid", "getuid", "getgid", "getegid", "umask"}
# Calls whose error can't be told: those that an init reports by or waits with, and one of the C library's before main.
UNNAMED = {"sendmsg", "ppoll", "arch_prctl"}
SECONDS = 20


def call_names():
    """The names of the system calls by number, from the C library's header."""
    header = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
    with open(header, encoding="ascii") as file:
        return {int(number): name for name, number in re.findall(r"#define __NR_(\w+) (\d+)", file.read())}


NAMES = call_names()


class Surroundings:
    """What the machine has of this sweep's: compared before and after."""

    def __init__(self, root, parent_cgroup):
        self.root = root
        self.cgroup_parents = []
        with open("/proc/self/mountinfo", encoding="utf-8") as file:
            for line in file:
                fields = line.split()
                if fields[fields.index("-") + 1] in ("cgroup", "cgroup2"):
                    self.cgroup_parents.append(os.path.join(fields[4], parent_cgroup))
        self.mounts = self.read_mounts()
        self.devices = sorted(os.listdir("/sys/class/net"))

    @staticmethod
    def read_mounts():
        with open("/proc/self/mountinfo", encoding="utf-8") as file:
            return file.read()

    @staticmethod
    def children():
        """Processes that nobody but this one waits for: orphans come here. Those that have ended are reaped."""
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return []
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]

    def left(self):
        """A line for each thing that is left."""
        found = [f"process {pid}: {read(f'/proc/{pid}/comm').strip()}" for pid in self.children()]
        for parent in self.cgroup_parents:
            if os.path.isdir(parent):
                found += [f"cgroup {entry.path}" for entry in os.scandir(parent) if entry.is_dir()]
        if os.path.isdir(self.root):
            found += [f"state {entry}" for entry in os.listdir(self.root) if entry != ".cache"]
        if self.read_mounts() != self.mounts:
            found.append("a mount: " + "; ".join(set(self.read_mounts().splitlines()) ^ set(self.mounts.splitlines())))
        if sorted(os.listdir("/sys/class/net")) != self.devices:
            found.append("a network device")
        return found

    def left_after_a_moment(self):
        """As `left`, but what was killed may take a moment to be gone."""
        end = time.monotonic() + 2
        while (found := self.left()) and time.monotonic() < end and any(f.startswith("process") for f in found):
            time.sleep(0.005)
        return found

    def clear(self):
        """Whatever a defect has left, so that what follows is judged by itself."""
        for pid in self.children():
            os.kill(pid, signal.SIGKILL)
        for parent in self.cgroup_parents:
            for directory, _, _ in list(os.walk(parent, topdown=False)):
                for pid in read(directory + "/cgroup.procs").split():
                    os.kill(int(pid), signal.SIGKILL)
                for _ in range(100):
                    try:
                        os.rmdir(directory)
                        break
                    except OSError:
                        time.sleep(0.01)
        shutil.rmtree(self.root, ignore_errors=True)
        self.mounts = self.read_mounts()


def read(path):
    """The text of a file, nothing where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def execute(words, output):
    """Runs a program with its output in a file, and standard error in another; its status, as a shell tells it.

    Orphans are reaped meanwhile: an init can't go before whoever is in its pid namespace.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    pid = os.posix_spawn(words[0], words, os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, output, flags, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, output + ".err", flags, 0o600),
    ])
    while True:
        ended, status = os.wait()
        if ended == pid:
            return os.waitstatus_to_exitcode(status)


class Command:
    """A command of the runtime's: what comes before it, its words, and how its success shows."""

    def __init__(self, name, words, prepared, succeeded, bundle="plain", traces_init=False):
        self.name, self.words, self.prepared, self.succeeded = name, words, prepared, succeeded
        self.bundle, self.traces_init = bundle, traces_init


class Sweep:
    """One command's."""

    def __init__(self, options, command):
        self.options, self.command = options, command
        self.id = f"fault-{os.getpid()}"
        self.root = os.path.join(options.work, "state")
        self.report = os.path.join(options.work, "report")
        self.output = os.path.join(options.work, "output")
        self.bundle = os.path.join(options.bundles, command.bundle)
        self.surroundings = Surroundings(self.root, f"skep-faults-{os.path.basename(options.work)}")
        self.tried = 0
        self.defects = []

    def skep(self, *words):
        """Runs the runtime as it is: its status, and what it says."""
        status = execute([self.options.skep, "--root", self.root, *words], self.output)
        return status, read(self.output), read(self.output + ".err")

    def must(self, *words):
        """Runs the runtime, which has to succeed."""
        status, output, error = self.skep(*words)
        if status != 0:
            raise RuntimeError(f"{words}: {output} {error}")

    def state(self):
        """What `state` says, nothing if it fails."""
        status, output, _ = self.skep("state", self.id)
        return json.loads(output) if status == 0 else {}

    def traced(self, *injection):
        """Runs the command with the injection: its standard output and error, and the report's lines."""
        attach = ["--attach", str(self.state()["pid"])] if self.command.traces_init else []
        words = [word.format(id=self.id, bundle=self.bundle, work=self.options.work) for word in self.command.words]
        status = execute([self.options.inject, *injection, *attach, self.report, str(SECONDS), self.options.skep,
                          "--root", self.root, *words], self.output)
        if status != 0:
            raise RuntimeError(f"inject: {read(self.output + '.err')}")
        return read(self.output), read(self.output + ".err"), [line.split() for line in read(self.report).splitlines()]

    def prepare(self):
        """What has to be there before the command."""
        if self.command.prepared in ("created", "running", "paused", "stopped"):
            self.must("create", "--bundle", self.bundle, self.id)
        if self.command.prepared in ("running", "paused"):
            self.must("start", self.id)
        if self.command.prepared == "paused":
            self.must("pause", self.id)
        if self.command.prepared == "stopped":
            self.must("kill", self.id, "KILL")
            was_killed(self, None)

    def clean(self):
        """Deletes by force; a line for each thing that is not right."""
        status, _, error = self.skep("delete", "--force", self.id)
        wrong = [] if status == 0 and not error else [f"delete --force: {status} {error.strip()}"]
        return wrong + [f"left: {left}" for left in self.surroundings.left_after_a_moment()]

    def judge(self, kind, process, output, error, report):
        """A line for each thing that is not right after a fault."""
        wrong = []
        how, status = report[-1][0], int(report[-1][1])
        hangs = [line for line in report if line[0] == "hang"]
        if hangs:
            wrong += [f"hangs: process {line[1]} in {NAMES.get(int(line[2]), line[2])}" for line in hangs]
        elif how == "exit" and status == 0:
            if not self.command.succeeded(self, output):
                wrong.append(f"says success, but: {output.strip()!r}, {self.state().get('status')}")
        elif how == "exit" and not self.may_be_silent(process, kind, status, error):
            lines = error.splitlines()
            if len([line for line in lines if " warning: " not in line]) != 1:
                wrong.append(f"not one line: {lines}")
            elif kind == "OOM" and not re.search("OOM killer|has no memory left", error):
                wrong.append(f"does not say that it was for want of memory: {error.strip()}")
            elif kind not in ("kill", "OOM") and os.strerror(getattr(errno, kind)) not in error:
                hit = [NAMES.get(int(line[1]), line[1]) for line in report if line[0] == "hit"][0]
                if hit not in UNNAMED:
                    wrong.append(f"does not say {os.strerror(getattr(errno, kind))!r}: {error.strip()}")
        elif how == "signal" and not (kind == "kill" and process == 0):
            wrong.append(f"ended by signal {status}: {error.strip()}")
        return wrong

    @staticmethod
    def may_be_silent(process, kind, status, error):
        """Whether no line is right: the container's process was killed when it was about to execute its program."""
        return kind in ("kill", "OOM") and process > 0 and status == 128 + signal.SIGKILL and not error

    def one(self, process, call, kind):
        """One fault."""
        self.prepare()
        how = self.injection(kind)
        output, error, report = self.traced("--at", f"{process}:{call}", *how)
        hit = [int(line[1]) for line in report if line[0] == "hit"]
        counts = hit and (kind in ("kill", "OOM") or NAMES.get(hit[0]) not in CANNOT_FAIL)
        wrong = self.judge(kind, process, output, error, report) if counts else []
        wrong += self.clean()
        self.tried += bool(counts)
        if wrong:
            name = NAMES.get(hit[0], hit[0]) if hit else "not reached"
            self.defects.append((self.command.name, process, call, name, kind))
            print(f"{self.command.name}: process {process}, call {call} ({name}), {kind}:", flush=True)
            for line in wrong:
                print(f"    {line}", flush=True)
            if self.surroundings.left():
                self.surroundings.clear()

    def injection(self, kind):
        """What inject is to do at the call."""
        if kind == "kill":
            return ["--signal", "9"]
        if kind == "OOM":
            return ["--exhaust", os.path.join(self.surroundings.cgroup_parents[0], self.command.bundle, "memory.max")]
        return ["--error", str(getattr(errno, kind))]

    def run(self):
        """All faults; how many there were."""
        self.prepare()
        output, error, report = self.traced()
        if report[-1] != ["exit", "0"] or not self.command.succeeded(self, output):
            raise RuntimeError(f"{self.command.name} without a fault: {report[-1]} {output} {error}")
        if wrong := self.clean():
            raise RuntimeError(f"{self.command.name} without a fault: {wrong}")
        counts = [(int(line[1]), int(line[2])) for line in report if line[0] == "calls"]
        points = [(process, call) for process, count in counts for call in range(1, count + 1)]
        for kind in self.options.passes:
            for process, call in points:
                if kind == "OOM" and process == 0:
                    continue
                if self.options.at and f"{process}:{call}" != self.options.at:
                    continue
                if self.options.random.random() * self.options.every < 1:
                    self.one(process, call, kind)
        print(f"{self.command.name}: {self.tried - len(self.defects)} of {self.tried} faults end well "
              f"({', '.join(f'{count} calls' for _, count in counts)})", flush=True)


def ran(sweep, output):
    del sweep
    return output == "ran\n"


def has_status(status):
    return lambda sweep, _: sweep.state().get("status") == status


def was_created(sweep, output):
    del output
    # An init that was killed while it waits to be started is one that has stopped.
    return sweep.state().get("status") in ("created", "stopped")


def is_gone(sweep, output):
    del output
    return not os.path.exists(os.path.join(sweep.root, sweep.id))


def started(sweep, output):
    del output
    return sweep.state().get("status") in ("running", "stopped")


def was_killed(sweep, output):
    del output
    end = time.monotonic() + 2
    while sweep.state().get("status") != "stopped" and time.monotonic() < end:
        time.sleep(0.005)
    return sweep.state().get("status") == "stopped"


COMMANDS = [
    Command("run", ["run", "--bundle", "{bundle}", "{id}"], None, ran, bundle="ends"),
    Command("run-rich", ["run", "--bundle", "{bundle}", "{id}"], None, ran, bundle="rich"),
    Command("create", ["create", "--bundle", "{bundle}", "{id}"], None, was_created),
    Command("start", ["start", "{id}"], "created", started, traces_init=True),
    Command("exec", ["exec", "{id}", "echo", "ran"], "running", ran),
    Command("kill", ["kill", "{id}", "KILL"], "running", was_killed),
    Command("kill-all", ["kill", "--all", "{id}", "KILL"], "running", was_killed),
    Command("delete", ["delete", "{id}"], "stopped", is_gone),
    Command("delete-force", ["delete", "--force", "{id}"], "running", is_gone),
    Command("update", ["update", "--pids-limit", "77", "--memory", "40000000", "{id}"], "running", has_status("running")),
    Command("pause", ["pause", "{id}"], "running", has_status("paused")),
    Command("resume", ["resume", "{id}"], "paused", has_status("running")),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=float, default=1, help="one of so many faults, by chance")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=lambda text: text.split(","))
    parser.add_argument("--passes", type=lambda text: text.split(","), default=PASSES)
    parser.add_argument("--at", help="only this process and call, as 1:20")
    for name in ("inject", "skep", "bundles", "work"):
        parser.add_argument(name)
    options = parser.parse_args()
    options.random = random.Random(options.seed)
    # Orphans come to this process: whatever is left of a container's.
    pr_set_child_subreaper = 36
    if ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0) != 0:
        sys.exit("prctl(PR_SET_CHILD_SUBREAPER) fails")
    tried = defects = 0
    for command in COMMANDS:
        if options.only and command.name not in options.only:
            continue
        sweep = Sweep(options, command)
        sweep.run()
        tried += sweep.tried
        defects += len(sweep.defects)
    print(f"faults: {tried - defects} of {tried} end well")
    sys.exit(defects != 0 or tried == 0)


main()
