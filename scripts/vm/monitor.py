"""QEMU's own protocol (QMP)."""
import json
import socket
import time

CONNECT_SECONDS = 30


class MonitorError(Exception):
    """QEMU refused a command, or is gone."""


class Monitor:
    """One command, one answer; events are passed over."""

    def __init__(self, path, is_alive):
        """Connects to the socket at PATH as soon as it is there, for as long as is_alive() says that QEMU runs."""
        self.connection = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + CONNECT_SECONDS
        while True:
            try:
                self.connection.connect(path)
                break
            except OSError as error:
                if not is_alive() or time.monotonic() > deadline:
                    raise MonitorError(f"qemu's monitor: {error}") from error
                time.sleep(0.02)
        self.stream = self.connection.makefile("rw")
        try:
            self.stream.readline()
        except OSError as error:
            raise MonitorError(f"qemu's monitor: {error}") from error
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        """The answer to a command; MonitorError if it is refused."""
        try:
            self.stream.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
            self.stream.flush()
            for line in self.stream:
                answer = json.loads(line)
                if "return" in answer:
                    return answer["return"]
                if "error" in answer:
                    raise MonitorError(f"{name}: {answer['error']['desc']}")
        except OSError as error:
            raise MonitorError(f"{name}: {error}") from error
        raise MonitorError(f"qemu went away at {name}")

    def wait_until(self, command, states):
        """Asks until the answer's status is one of the states, which it returns."""
        while (status := self.command(command).get("status")) not in states:
            time.sleep(0.02)
        return status
