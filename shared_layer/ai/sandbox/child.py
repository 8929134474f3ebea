"""What a sandbox's process begins with: its job from standard input, its role and its pipes from the command line."""

from __future__ import annotations

import json
import os
import sys

from shared_layer.ai.sandbox.solution import serve
from shared_layer.ai.sandbox.tester import judge
from shared_layer.ai.sandbox.wire import Hung, Line


def main() -> None:
    """Do the job. The tests' process writes its verdict to standard output, as a line of JSON."""
    role, reads, writes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    job = json.loads(sys.stdin.buffer.read())
    line = Line(reads, writes)
    told = os.dup(1)
    quiet = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(quiet, standard)
    os.closerange(max(told, quiet, reads, writes) + 1, 1024)
    if role == "tester":
        os.write(told, json.dumps(judge(job["tests"], line)).encode())
        os._exit(0)
    os.close(told)
    try:
        serve(job["code"], line)
    except Hung:
        os._exit(0)
