"""Runs a job in a guest that is resumed from a saved state, which is made first if there is none.

machine.py --image DIR --layout NAME --kernel NAME --arguments TEXT --memory MIB
           --seconds N --user NAME --out DIR --project DIR JOB
    JOB is a shell script, run in a folder that has the project in it. Its output is passed on, and what it leaves in
    ./out comes to the folder --out. Exits as the job did, or with 124 if that took too long; 125 if the guest failed.
"""
import argparse
import fcntl
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from guest import Guest, GuestError, Machine, NotBegun
from monitor import MonitorError

EXCHANGE_SIZE = 512 << 20  # bytes of the disks that carry files in and out
BOOT_SECONDS = 300
RESUME_SECONDS = 120  # until the job starts
GRACE_SECONDS = 60  # for what comes after the job: to end, to pack what it leaves, to power off
STALE_SECONDS = 86400  # after which a saved state that this program would not make goes
NOT_CARRIED = (".git", "./.build*", "./scripts/vm")
BUILT = ("skep", "example", "library-probe")


def make_disks(work, *tars):
    """The two disks; tar appends to the first what each of its argument lists says."""
    incoming, outgoing = os.path.join(work, "in.tar"), os.path.join(work, "out.tar")
    for number, arguments in enumerate(tars):
        subprocess.run(["tar", "-rf" if number else "-cf", incoming, *arguments], check=True)
    if tars and os.path.getsize(incoming) > EXCHANGE_SIZE:
        raise GuestError(f"the project is larger than the {EXCHANGE_SIZE >> 20} MiB that a job may bring")
    for path in incoming, outgoing:
        with open(path, "ab") as file:
            file.truncate(EXCHANGE_SIZE)


def pack(project, job, work):
    """The project's sources and what was built of it below project/, and the script as ./job."""
    with open(os.path.join(work, "job"), "w", encoding="utf-8") as file:
        file.write(job)
    below = "--transform=flags=r;s,^\\./,./project/,"
    built = [f"./.build/release/{name}" for name in BUILT]
    make_disks(
        work,
        ["-C", work, "job"],
        [below, *(f"--exclude={name}" for name in NOT_CARRIED), "-C", project, "."],
        [below, "-C", project, *(name for name in built if os.path.exists(os.path.join(project, name)))])


def save(machine, name, work):
    """Boots the machine until its job service is ready, and saves memory and disk."""
    print(f"==> booting the guest once, to save it (cgroup {machine.layout})", file=sys.stderr, flush=True)
    for stale in glob.glob(glob.escape(machine.path(machine.layout)) + "-*"):
        if os.path.getmtime(stale) < time.time() - STALE_SECONDS:
            os.remove(stale)
    disk, state = machine.path(f"{name}.qcow2"), machine.path(f"{name}.state")
    subprocess.run(
        ["qemu-img", "create", "-q", "-f", "qcow2", "-b", machine.path("disk.img"), "-F", "raw", disk], check=True)
    make_disks(work)
    with Guest(machine.command(f"file={disk}", work), work) as guest:
        guest.allow(BOOT_SECONDS, "booting")
        monitor = guest.monitor()
        guest.wait_for_line(b"SKEP-VM READY")
        time.sleep(1)  # for what systemd still does in the background
        try:
            monitor.command("stop")
            monitor.command("migrate", uri=f"exec:cat >'{state}.new'")
            if monitor.wait_until("query-migrate", ("completed", "failed")) == "failed":
                raise guest.failure("its state could not be saved")
            monitor.command("quit")
        except MonitorError as error:
            raise guest.failure(str(error)) from error
        guest.process.wait()
    os.rename(f"{state}.new", state)


def saved(machine, work):
    """The name of the machine's saved state, which one process makes while others wait for it."""
    name = machine.saved_name()
    with open(machine.path(f"{machine.layout}.lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(machine.path(f"{name}.state")):
            save(machine, name, work)
    return name


def run(machine, options, work):
    name = saved(machine, work)
    pack(options.project, options.job, work)
    resume = ["-incoming", f"exec:cat '{machine.path(name)}.state'"]
    with Guest(machine.command(f"file={machine.path(name)}.qcow2,snapshot=on", work, resume), work) as guest:
        guest.allow(RESUME_SECONDS, "resuming")
        monitor = guest.monitor()
        try:
            monitor.wait_until("query-status", ("paused", "running"))
            monitor.command("cont")
        except MonitorError as error:
            raise guest.failure(str(error)) from error
        guest.say(f"go {time.time():.0f} {options.seconds} {options.user}")
        guest.wait_for_line(b"SKEP-VM START")
        guest.begun = True
        guest.allow(options.seconds + GRACE_SECONDS, "the job")
        while chunk := os.read(guest.output.fileno(), 1 << 16):
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
        guest.process.wait()
        return finish(guest, options, os.path.join(work, "out.tar"))


def finish(guest, options, outgoing):
    """Unpacks what the job has left; its exit status."""
    words = subprocess.run(["tar", "-xOf", outgoing, "status"], capture_output=True, check=False).stdout.split()
    if not words and guest.overdue:
        print(guest.failure(""), file=sys.stderr)
        return 124
    if not words:
        raise guest.failure("ended without a word")
    os.makedirs(options.out, exist_ok=True)
    tar = ["tar", "--no-same-owner", "--strip-components=1", "-C", options.out, "-xf", outgoing, "out"]
    if subprocess.run(tar, check=False).returncode != 0:
        raise guest.failure("not every file of the job came back")
    if b"late" in words:
        print(guest.failure(f"the job took longer than {options.seconds} s"), file=sys.stderr)
        return 124
    return int(words[0])


def parse():
    parser = argparse.ArgumentParser()
    for name in "image", "layout", "kernel", "arguments", "memory", "user", "out", "project":
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seconds", required=True, type=int)
    parser.add_argument("job")
    return parser.parse_args()


def on_signals(action):
    for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, action)


def main():
    # By way of `finally`, so that neither a process nor a file stays; a second signal does not hinder that.
    on_signals(lambda number, _: sys.exit(128 + number))
    options = parse()
    machine = Machine(options.image, options.layout, options.kernel, options.arguments, options.memory)
    work = tempfile.mkdtemp(prefix="skep-vm.")
    try:
        try:
            return run(machine, options, work)
        except NotBegun as error:  # CI has seen one fail that did not again in hundreds.
            print(f"{error}\n==> the guest once more, after this", file=sys.stderr, flush=True)
            return run(machine, options, work)
    except GuestError as error:
        print(error, file=sys.stderr)
        return 125
    finally:
        on_signals(signal.SIG_IGN)
        shutil.rmtree(work, ignore_errors=True)


sys.exit(main())
