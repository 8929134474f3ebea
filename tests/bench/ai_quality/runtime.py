"""What a decision costs, beside the quality that it buys."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median, quantiles

from infra.router_training.labelled import Labelled
from shared_layer.ai.router.decision import decide
from shared_layer.ai.router.evidence import packaged_calibration
from shared_layer.ai.router.meaning import asked_for
from shared_layer.ai.router.model import packaged
from shared_layer.ai.router.policy import RoutingPolicy

DECISIONS = 1_000
_LOADED = """
import time
from pathlib import Path

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

before, began = resident(), time.process_time()
from shared_layer.ai.router.decision import decide
from shared_layer.ai.router.policy import RoutingPolicy
decide("What is the capital of France?", [], RoutingPolicy(), None)
print((time.process_time() - began) * 1000, (resident() - before) / 1048576)
"""


def decision_times(exams: Sequence[Labelled]) -> None:
    """Print the CPU time of decisions about exam questions, and what loading the router costs."""
    calibration = packaged_calibration()
    step = max(1, len(exams) // DECISIONS)
    times = []
    decide("Warm?", [], RoutingPolicy(), calibration)
    for one in exams[::step]:
        began = time.process_time()
        decide(one.prompt, [], RoutingPolicy(), calibration)
        times.append((time.process_time() - began) * 1000)
    words = "with embeddings" if asked_for() else "without embeddings"
    ninth = quantiles(times, n=10)[-1]
    print(
        f"\ntime of a decision, {words}: {median(times):.2f} ms of CPU at the median, {ninth:.2f} ms at the 90th of 100"
    )
    loaded = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True).stdout.split()
    digest = packaged().digest
    print(
        f"loading router {digest} and the first decision: {float(loaded[0]):.0f} ms of CPU, {float(loaded[1]):.1f} MiB"
    )
