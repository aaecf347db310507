"""A QEMU guest, in software emulation: booted once and saved, then resumed for each job.

machine.py freeze IMAGE LAYOUT KERNEL_ARGUMENTS
    boots IMAGE's disk until its job service is ready, and saves memory and disk under the layout's name.
machine.py run IMAGE LAYOUT SECONDS USER JOB OUT
    resumes it, hands it the folder JOB, passes its output on, and unpacks what it leaves into the folder OUT.
    Exits as the job did; 124 if it took longer than SECONDS.
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

EXCHANGE_SIZE = 512 << 20  # bytes of the disks that carry files in and out
BOOT_SECONDS = 180
GRACE_SECONDS = 60  # for what comes before and after the job
CONSOLE_TAIL = 30  # lines of the guest's console that a failure shows
# clearcpuid: QEMU 7.2 emulates the kernel's cmpxchg16b wrongly, which crashes it; programs keep the instruction.
KERNEL_ARGUMENTS = (
    "console=ttyS0 root=/dev/vda rw loglevel=4 panic=-1 clearcpuid=cx16 mitigations=off audit=0 norandmaps systemd.show_status=0 "
    "lsm=landlock,lockdown,yama,apparmor,bpf apparmor=1 security=apparmor"
)


class Monitor:
    """QEMU's own protocol (QMP): one command, one answer; events are passed over."""

    def __init__(self, path):
        self.connection = socket.socket(socket.AF_UNIX)
        for _ in range(600):
            try:
                self.connection.connect(path)
                break
            except OSError:
                time.sleep(0.05)
        self.stream = self.connection.makefile("rw")
        self.stream.readline()
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        self.stream.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.stream.flush()
        while True:
            line = self.stream.readline()
            if not line:
                raise SystemExit(f"qemu went away at {name}")
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise SystemExit(f"{name}: {answer['error']['desc']}")

    def wait_until(self, command, is_done):
        while not is_done(self.command(command).get("status")):
            time.sleep(0.05)


class Guest:
    def __init__(self, image, disk, memory, work, kernel_arguments, extra=()):
        self.console = os.path.join(work, "console")
        monitor = os.path.join(work, "monitor")
        command = [
            "qemu-system-x86_64", "-M", "pc", "-accel", "tcg,thread=multi", "-cpu", "qemu64,+rdrand",
            "-smp", "2", "-m", memory, "-no-reboot", "-nodefaults", "-no-user-config", "-display", "none",
            "-kernel", os.path.join(image, "kernel"), "-initrd", os.path.join(image, "initrd.gz"),
            "-append", f"{KERNEL_ARGUMENTS} {kernel_arguments}",
            "-chardev", f"file,id=console,path={self.console}", "-serial", "chardev:console",
            "-qmp", f"unix:{monitor},server=on,wait=off",
            "-chardev", "stdio,id=job,signal=off", "-device", "virtio-serial-pci", "-device", "virtconsole,chardev=job",
            "-drive", f"{disk},if=virtio,format=qcow2,cache=unsafe",
            "-drive", f"file={work}/in.tar,if=virtio,format=raw,cache=unsafe",
            "-drive", f"file={work}/out.tar,if=virtio,format=raw,cache=unsafe",
            *extra,
        ]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.monitor = Monitor(monitor)

    def kill_after(self, seconds):
        timer = threading.Timer(seconds, self.process.kill)
        timer.daemon = True
        timer.start()

    def lines(self):
        for line in self.process.stdout:
            yield line.decode("utf-8", "replace").rstrip("\r\n")

    def say(self, text):
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def console_tail(self):
        with open(self.console, encoding="utf-8", errors="replace") as console:
            return "".join(console.readlines()[-CONSOLE_TAIL:])


def make_exchange(work, job=None):
    incoming, outgoing = os.path.join(work, "in.tar"), os.path.join(work, "out.tar")
    if job:
        subprocess.check_call(["tar", "-C", job, "-cf", incoming, "."])
        if os.path.getsize(incoming) > EXCHANGE_SIZE:
            raise SystemExit(f"{job} is larger than the {EXCHANGE_SIZE >> 20} MiB that a job may bring")
    for path in incoming, outgoing:
        with open(path, "ab") as file:
            file.truncate(EXCHANGE_SIZE)


def freeze(image, layout, kernel_arguments, memory, work):
    disk, state = os.path.join(image, f"{layout}.qcow2"), os.path.join(image, f"{layout}.state")
    making = disk + ".new"
    subprocess.check_call(
        ["qemu-img", "create", "-q", "-f", "qcow2", "-b", os.path.join(image, "disk.img"), "-F", "raw", making])
    make_exchange(work)
    guest = Guest(image, f"file={making}", memory, work, kernel_arguments)
    guest.kill_after(BOOT_SECONDS)
    saved = False
    for line in guest.lines():
        if line != "SKEP-VM READY":
            continue
        time.sleep(1)  # for what systemd still does in the background
        guest.monitor.command("stop")
        guest.monitor.command("migrate", uri=f"exec:cat >'{state}.new'")
        guest.monitor.wait_until("query-migrate", lambda status: status in ("completed", "failed"))
        saved = guest.monitor.command("query-migrate")["status"] == "completed"
        guest.monitor.command("quit")
    guest.process.wait()
    if not saved:
        raise SystemExit(f"the guest did not come up; the end of its console:\n{guest.console_tail()}")
    os.rename(making, disk)
    os.rename(state + ".new", state)


def run(image, layout, memory, seconds, user, job, out, work):
    make_exchange(work, job)
    state = os.path.join(image, f"{layout}.state")
    guest = Guest(
        image, f"file={os.path.join(image, layout)}.qcow2,snapshot=on", memory, work, "",
        ["-incoming", f"exec:cat '{state}'"])
    guest.kill_after(seconds + GRACE_SECONDS)
    guest.monitor.wait_until("query-status", lambda status: status not in ("inmigrate", "prelaunch"))
    guest.monitor.command("cont")
    guest.say(f"go {time.time():.0f} {seconds} {user}")
    status, started = None, False
    for line in guest.lines():
        if line == "SKEP-VM START":
            started = True
        elif line.startswith("SKEP-VM EXIT "):
            status, started = int(line.split()[-1]), False
        elif started:
            print(line, flush=True)
    guest.process.wait()
    subprocess.call(["tar", "-C", out, "-xf", os.path.join(work, "out.tar")], stderr=subprocess.DEVNULL)
    if status is None:
        print(f"the guest ended without a word; the end of its console:\n{guest.console_tail()}", file=sys.stderr)
        return 125
    if status in (124, 137):
        print(f"the job took longer than {seconds} s; the end of the console:\n{guest.console_tail()}", file=sys.stderr)
    return status


def main():
    verb, image, layout = sys.argv[1:4]
    memory = os.environ.get("SKEP_VM_MEMORY", "3072")
    work = tempfile.mkdtemp(prefix="skep-vm.")
    try:
        if verb == "freeze":
            freeze(image, layout, sys.argv[4], memory, work)
            return 0
        seconds, user, job, out = sys.argv[4:8]
        return run(image, layout, memory, int(seconds), user, job, out, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


sys.exit(main())
