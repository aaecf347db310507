#!/usr/bin/env python3
"""A seccomp agent: answers the system calls that containers' filters leave to it.

    seccomp-agent.py SOCKET FOLDER [NUMBER=ANSWER...]

Listens on SOCKET and writes FOLDER/ready. Of the nth process that it is told of, from 0, it keeps FOLDER/state.n, the
JSON document. A call of NUMBER is answered with ANSWER, a value or a negative errno; any other is let through. Each
is a line in FOLDER/calls: which process, the call's number, the answer.
"""

import array
import fcntl
import os
import select
import socket
import struct
import sys

NOTIF = struct.Struct("=QIIiIQ6Q")  # struct seccomp_notif
RESPONSE = struct.Struct("=QqiI")  # struct seccomp_notif_resp
RECEIVE = 0xC0502100  # SECCOMP_IOCTL_NOTIF_RECV
SEND = 0xC0182101  # SECCOMP_IOCTL_NOTIF_SEND
CONTINUE = 1  # SECCOMP_USER_NOTIF_FLAG_CONTINUE


def greet(server, folder, count):
    connection, _ = server.accept()
    document, ancillary, _, _ = connection.recvmsg(1 << 16, socket.CMSG_SPACE(4))
    with open(f"{folder}/state.{count}", "wb") as file:
        file.write(document)
    # Exactly one state for each connection.
    assert connection.recv(1) == b"", "more came over the connection"
    connection.close()
    return array.array("i", ancillary[0][2])[0]


def answer(listener, answers):
    request = bytearray(NOTIF.size)
    try:
        fcntl.ioctl(listener, RECEIVE, request)
        identity, _, _, number, *_ = NOTIF.unpack(request)
        value = answers.get(number)
        if value is None:
            response = RESPONSE.pack(identity, 0, 0, CONTINUE)
        else:
            response = RESPONSE.pack(identity, max(value, 0), min(value, 0), 0)
        fcntl.ioctl(listener, SEND, response)
        return number, value
    except FileNotFoundError:  # the process has gone meanwhile
        return None, None


def main():
    path, folder = sys.argv[1:3]
    answers = dict(map(int, word.split("=")) for word in sys.argv[3:])
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen(8)
    with open(f"{folder}/ready", "w"):
        pass
    told = 0
    listeners = {}
    poller = select.poll()
    poller.register(server, select.POLLIN)
    while True:
        for descriptor, events in poller.poll():
            if descriptor == server.fileno():
                listener = greet(server, folder, told)
                listeners[listener] = told
                told += 1
                poller.register(listener, select.POLLIN)
            elif events & select.POLLIN:
                number, value = answer(descriptor, answers)
                if number is not None:
                    with open(f"{folder}/calls", "a") as file:
                        file.write(f"{listeners[descriptor]} {number} {value}\n")
            else:  # nobody is left that it could ask for
                poller.unregister(descriptor)
                os.close(descriptor)


main()
