"""A QEMU process and what comes out of it."""
import hashlib
import os
import socket
import subprocess
import threading

from monitor import Monitor, MonitorError

CONSOLE_TAIL = 60  # lines of the guest's console that a failure shows
# clearcpuid: QEMU 7.2 emulates the kernel's cmpxchg16b wrongly, which crashes it; programs keep the instruction.
KERNEL_ARGUMENTS = (
    "console=ttyS0 root=/dev/vda rw loglevel=4 panic=-1 clearcpuid=cx16 mitigations=off audit=0 norandmaps "
    "systemd.show_status=0 lsm=landlock,lockdown,yama,apparmor,bpf apparmor=1 security=apparmor"
)


class GuestError(Exception):
    """What went wrong with the guest, not with its job."""


class NotBegun(GuestError):
    """The guest failed before its job had begun, so that nothing has happened that hinders another."""


class Machine:
    """What a guest is made of: the image's folder, and kernel, kernel arguments and memory of a cgroup layout."""

    def __init__(self, image, layout, kernel, arguments, memory):
        self.image, self.layout = image, layout
        self.kernel, self.arguments, self.memory = kernel, arguments, memory

    def command(self, disk, work, extra=()):
        """QEMU's command line for a disk; what belongs to one run lies in the folder WORK."""
        # One thread for both processors: with one for each, QEMU (7.2, and more seldom 10.0) at times keeps its
        # translation of the breakpoint that the kernel has in its code for the moment in which it rewrites that. The
        # processor that runs into it crashes, or never leaves it.
        return [
            "qemu-system-x86_64", "-M", "pc", "-accel", "tcg,thread=single", "-cpu", "qemu64,+rdrand",
            "-smp", "2", "-m", self.memory, "-no-reboot", "-nodefaults", "-no-user-config", "-display", "none",
            "-kernel", self.path(f"{self.kernel}.kernel"), "-initrd", self.path(f"{self.kernel}.initrd"),
            "-append", f"{KERNEL_ARGUMENTS} {self.arguments}",
            "-chardev", f"file,id=console,path={work}/console", "-serial", "chardev:console",
            "-chardev", "stdio,id=job,signal=off", "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=job",
            "-drive", f"{disk},if=virtio,format=qcow2,cache=unsafe",
            "-drive", f"file={work}/in.tar,if=virtio,format=raw,cache=unsafe",
            "-drive", f"file={work}/out.tar,if=virtio,format=raw,cache=unsafe",
            *extra,
        ]

    def path(self, name):
        return os.path.join(self.image, name)

    def saved_name(self):
        """The saved state's: only the QEMU and the devices that it was saved with can resume it."""
        version = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, check=True).stdout
        parts = repr(self.command("", "")).encode() + version
        return f"{self.layout}-{hashlib.sha256(parts).hexdigest()[:8]}"


class Guest:
    """A running QEMU, which ends with the block that it was started for: `with Guest(...) as guest`."""

    def __init__(self, command, work):
        self.work = work
        self.begun = False  # the job
        self.overdue = None
        self.timer = None
        # A pair, as QEMU 7.2 has hung where it listens: in accept4 for a second connection, when it had the one.
        self.connection, its_end = socket.socketpair()
        monitor = ["-chardev", f"socket,id=monitor,fd={its_end.fileno()}", "-mon", "chardev=monitor,mode=control"]
        with its_end, open(os.path.join(work, "qemu.log"), "wb") as log:
            # Dies with its parent, and not by the terminal's ^C, which is the parent's to handle.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command, *monitor], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=log, pass_fds=[its_end.fileno()], start_new_session=True, bufsize=0)
        self.output = self.process.stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.allow(None)
        self.process.kill()
        self.process.wait()
        self.connection.close()

    def monitor(self):
        try:
            return Monitor(self.connection)
        except MonitorError as error:
            raise self.failure(str(error)) from error

    def allow(self, seconds, what=""):
        """Kills it unless this is called again within SECONDS; WHAT took too long then. None: for ever."""
        if self.timer:
            self.timer.cancel()
        if seconds is not None:
            self.timer = threading.Timer(seconds, self.expire, [f"{what} took longer than {seconds} s"])
            self.timer.daemon = True
            self.timer.start()

    def expire(self, what):
        self.overdue = what
        self.process.kill()

    def wait_for_line(self, wanted):
        """Reads its output up to a line; GuestError if that never comes."""
        for line in self.output:
            if line.strip() == wanted:
                return
        raise self.failure(f"ended before it said {wanted.decode()}")

    def say(self, text):
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def failure(self, what):
        """A GuestError of what happened, with the ends of what QEMU and the guest's console said."""
        message = f"the guest: {self.overdue or what}"
        for name, title in ("qemu.log", "qemu said"), ("console", "the end of its console"):
            if text := self.tail(name):
                message += f"; {title}:\n{text}"
        return GuestError(message) if self.begun else NotBegun(message)

    def tail(self, name):
        try:
            with open(os.path.join(self.work, name), encoding="utf-8", errors="replace") as file:
                return "".join(file.readlines()[-CONSOLE_TAIL:]).rstrip("\n")
        except FileNotFoundError:
            return ""
