#!/usr/bin/env python3
"""A service manager's end of sd_notify(3): prints each datagram as a line, with "|" where it has line ends.

  notify-listener.py SOCKET    (@NAME for an abstract one)
"""

import os
import socket
import sys


def main(path):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    if path.startswith("@"):
        listener.bind("\0" + path[1:])
    else:
        listener.bind(path + ".new")
        os.rename(path + ".new", path)
    print("listening", flush=True)
    while True:
        print(listener.recv(65536).decode().replace("\n", "|"), flush=True)


main(*sys.argv[1:])
