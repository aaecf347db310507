#!/usr/bin/env python3
"""Calls a method of a CRI's runtime service: cri-client.py SOCKET MESSAGES METHOD <REQUEST >ANSWER, both in JSON.

MESSAGES is the folder of cri_pb2.py, which protoc makes of cri.proto. 1 and a line on standard error: it was refused.
"""

import sys

import grpc
from google.protobuf import json_format


def main(socket, messages, method):
    sys.path.insert(0, messages)
    import cri_pb2

    request = json_format.Parse(sys.stdin.read(), getattr(cri_pb2, method + "Request")())
    with grpc.insecure_channel("unix://" + socket) as channel:
        call = channel.unary_unary(
            f"/runtime.v1.RuntimeService/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=getattr(cri_pb2, method + "Response").FromString,
        )
        try:
            answer = call(request, timeout=60)
        except grpc.RpcError as error:
            print(f"{error.code().name}: {error.details()}", file=sys.stderr)
            return 1
    print(json_format.MessageToJson(answer, including_default_value_fields=True, preserving_proto_field_name=True))
    return 0


sys.exit(main(*sys.argv[1:]))
