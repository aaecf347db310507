#!/usr/bin/env python3
"""A terminal's master end, held by a test that follows a script of steps.

  terminal.py outer ROWSxCOLUMNS STEP... -- COMMAND...
      runs COMMAND in a terminal, as a terminal emulator does. Prints what it showed; exits as COMMAND did, but not
      before the terminal's settings are again what they were.
  terminal.py console SOCKET STEP...
      listens on SOCKET, receives the master of a container's terminal, and prints what that shows.

Steps:
  expect TEXT     waits until TEXT is shown, after what was last expected
  send TEXT       types TEXT; \\n, \\x03 and the like are characters
  paste FILE      types a file's bytes, as fast as they are taken
  resize RxC      gives the terminal another size
  signal NAME     sends COMMAND a signal
  raw             waits until the terminal is in raw mode (outer)
  restored        waits until its settings are what they were (outer)
  hang_up         closes the terminal (outer)
  run SCRIPT      runs a bash script, which has to succeed
  end             reads until nobody has the terminal open any more, or COMMAND has ended

99 and a line on standard error: a step failed.
"""

import array
import codecs
import fcntl
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time

PATIENCE = 20  # seconds


class Failed(Exception):
    pass


def window_size(text):
    rows, columns = text.split("x")
    return struct.pack("HHHH", int(rows), int(columns), 0, 0)


class Terminal:
    """The master end, and what it has shown so far."""

    def __init__(self, master):
        self.master = master
        self.shown = b""
        self.expected_up_to = 0
        self.is_over = False

    def pump(self, seconds):
        """Reads what there is, waiting for it if need be. False at the end."""
        if self.is_over:
            return False
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            got = os.read(self.master, 65536)
        except OSError:
            got = b""
        self.shown += got
        self.is_over = not got
        return bool(got)

    def wait(self, what, condition):
        limit = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > limit:
                raise Failed(f"waited in vain for {what}; shown: {self.shown[-500:]!r}")
            if not self.pump(0.02):
                time.sleep(0.02)

    # The steps.

    def expect(self, text):
        wanted = codecs.escape_decode(text.encode())[0]

        def is_there():
            at = self.shown.find(wanted, self.expected_up_to)
            if at >= 0:
                self.expected_up_to = at + len(wanted)
            return at >= 0

        self.wait(repr(text), is_there)

    def send(self, text):
        self.write(codecs.escape_decode(text.encode())[0])

    def paste(self, path):
        with open(path, "rb") as file:
            self.write(file.read())

    def write(self, data):
        os.set_blocking(self.master, False)
        limit = time.monotonic() + PATIENCE
        while data:
            try:
                data = data[os.write(self.master, data[:4096]) :]
            except BlockingIOError:
                pass
            if time.monotonic() > limit:
                raise Failed(f"{len(data)} bytes were not taken")
            self.pump(0.001)

    def resize(self, size):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, window_size(size))

    def run(self, script):
        done = subprocess.run(["bash", "-euc", script], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"{script!r} ended with {done.returncode}: {done.stdout}{done.stderr}")

    def end(self):
        self.wait("the end", lambda: self.is_over)

    def follow(self, steps):
        for step in steps:
            verb, _, rest = step.partition(" ")
            try:
                getattr(self, verb)(*([rest] if rest else []))
            except Failed as failure:
                raise Failed(f"step {step!r}: {failure}") from None


class OuterTerminal(Terminal):
    """A terminal that a command runs in."""

    def __init__(self, size, command):
        master, self.slave = pty.openpty()
        super().__init__(master)
        self.resize(size)
        self.saved = termios.tcgetattr(self.slave)
        self.command = subprocess.Popen(
            command, stdin=self.slave, stdout=self.slave, stderr=self.slave, preexec_fn=self.adopt
        )

    @staticmethod
    def adopt():
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def is_raw(self):
        return not termios.tcgetattr(self.slave)[3] & (termios.ICANON | termios.ECHO | termios.ISIG)

    def raw(self):
        self.wait("raw mode", self.is_raw)

    def restored(self):
        if self.is_over:
            return
        self.wait("the settings of before", lambda: termios.tcgetattr(self.slave) == self.saved)

    def hang_up(self):
        os.close(self.slave)
        os.close(self.master)
        self.is_over = True

    def signal(self, name):
        self.command.send_signal(getattr(signal, "SIG" + name))

    def end(self):
        self.wait("the command's end", lambda: self.command.poll() is not None)
        before = -1
        while before != len(self.shown):
            before = len(self.shown)
            self.pump(0.05)


def run_in_terminal(size, steps, command):
    terminal = OuterTerminal(size, command)
    try:
        terminal.follow(steps)
        terminal.end()
        terminal.restored()
    except Failed:
        terminal.command.kill()
        raise
    finally:
        sys.stdout.buffer.write(terminal.shown)
    code = terminal.command.wait()
    return 128 - code if code < 0 else code


def listen(path):
    """A listening socket, there under its name only once it listens."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path + ".new")
    listener.listen()
    listener.settimeout(PATIENCE)
    os.rename(path + ".new", path)
    return listener


def receive(listener):
    """What came with the first connection: the words, the descriptor."""
    connection, _ = listener.accept()
    room = array.array("i", [0, 0])
    message, control, _, _ = connection.recvmsg(64, socket.CMSG_LEN(room.itemsize * 2))
    numbers = array.array("i")
    for level, kind, data in control:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            numbers.frombytes(data)
    if len(numbers) != 1:
        raise Failed(f"{len(numbers)} descriptors came with {message!r}, instead of one")
    return message.decode(), numbers[0]


def hold_console(path, steps):
    message, master = receive(listen(path))
    print("message:", message, "descriptor:", os.readlink(f"/proc/self/fd/{master}"), file=sys.stderr)
    terminal = Terminal(master)
    try:
        terminal.follow(steps)
    finally:
        sys.stdout.buffer.write(terminal.shown)
    return 0


def main(mode, first, *rest):
    try:
        if mode == "console":
            return hold_console(first, rest)
        at = rest.index("--")
        return run_in_terminal(first, rest[:at], rest[at + 1 :])
    except (Failed, OSError) as failure:
        print("terminal.py:", failure, file=sys.stderr)
        return 99


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
