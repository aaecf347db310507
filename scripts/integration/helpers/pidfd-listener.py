#!/usr/bin/env python3
"""Listens on a Unix socket, and prints what it learns of the pidfd that is sent there.

  pidfd-listener.py SOCKET
"""

import os
import re
import select
import sys

sys.path.insert(0, os.path.dirname(__file__))
sys.dont_write_bytecode = True
from terminal import listen, receive  # noqa: E402


def main(path):
    message, pidfd = receive(listen(path))
    with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as file:
        pid = re.search(r"^Pid:\t(.*)$", file.read(), re.MULTILINE)
    ended = select.poll()
    ended.register(pidfd, select.POLLIN)
    print("message:", message)
    print("pid:", pid[1] if pid else "none: it is no pidfd")
    print("ended already" if ended.poll(0) else "alive", flush=True)
    ended.poll()
    print("ended", flush=True)


main(*sys.argv[1:])
