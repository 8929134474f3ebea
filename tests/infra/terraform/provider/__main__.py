"""Serve the schema at a Unix socket until standard input closes; prints the value of TF_REATTACH_PROVIDERS."""

from __future__ import annotations

import json
import os
import sys
from concurrent import futures
from pathlib import Path

import grpc

from tests.infra.terraform.provider.schema import load
from tests.infra.terraform.provider.service import register

LARGEST = 256 << 20
NAMES = ("hashicorp/google", "hashicorp/google-beta")


def main(schema: str, socket: str) -> None:
    options = [("grpc.max_send_message_length", LARGEST), ("grpc.max_receive_message_length", LARGEST)]
    server = grpc.server(futures.ThreadPoolExecutor(8), options=options)
    register(server, load(Path(schema)))
    server.add_insecure_port(f"unix://{socket}")
    server.start()
    address = {"Network": "unix", "String": socket}
    attach = {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": address}
    print(json.dumps(dict.fromkeys(NAMES, attach)), flush=True)
    sys.stdin.read()
    server.stop(None)


if __name__ == "__main__":
    main(*sys.argv[1:])
