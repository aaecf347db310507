"""QEMU's own protocol (QMP)."""
import json
import time


class MonitorError(Exception):
    """QEMU refused a command, or is gone."""


class Monitor:
    """One command, one answer; events are passed over."""

    def __init__(self, connection):
        """Greets the QEMU at the other end of the socket."""
        self.stream = connection.makefile("rw")
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
