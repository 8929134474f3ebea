"""Scored outcomes without their prompts: what a threshold is calibrated on, in a few bytes each.

The packaged ones are those that the packaged router was tested on while it was trained, each scored by a router that
had not seen it.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from shared_layer.ai.router.calibration import Calibration, Scored, Threshold, calibrate
from shared_layer.ai.router.meaning import meaning
from shared_layer.ai.router.model import Router
from shared_layer.ai.router.outcome import Outcome
from shared_layer.ai.router.policy import RoutingPolicy

PACKAGED: Final = Path(__file__).with_name("evidence.bin")
PACKAGED_MEANING: Final = PACKAGED.with_name("evidence_meaning.bin")
MOST: Final = 2_000
_ROW: Final = struct.Struct("<HBBII")
_UNITS: Final = (65_535, 255, 255)
_DEAREST: Final = (1 << 32) - 1


def packed(scored: Sequence[Scored]) -> bytes:
    """At most MOST of them, evenly picked: twelve bytes each, compressed. Probabilities keep four digits."""
    step = max(1.0, len(scored) / MOST)
    picked = [scored[int(n * step)] for n in range(min(MOST, len(scored)))]
    return zlib.compress(b"".join(map(_row, picked)), 9)


def unpacked(content: bytes) -> list[Scored]:
    """What `packed` kept; the outcomes have no vector."""
    rows = _ROW.iter_unpack(zlib.decompress(content))
    return [
        Scored(p / _UNITS[0], Outcome([], weak / _UNITS[1], strong / _UNITS[2], weak_cost, strong_cost))
        for p, weak, strong, weak_cost, strong_cost in rows
    ]


def packaged_file(router: Router, scored: Sequence[Scored]) -> bytes:
    """The file of the packaged evidence: a line with the usual policy's threshold for `router`, then the evidence."""
    kept = unpacked(packed(scored))
    policy = RoutingPolicy()
    threshold = calibrate(kept, policy.target, policy.confidence)
    head = {"router": router.digest, "outcomes": len(scored), "threshold": threshold.value}
    line = json.dumps(head | {"weak_share": threshold.weak_share}, sort_keys=True)
    return line.encode() + b"\n" + packed(scored)


def packaged_evidence() -> tuple[Scored, ...]:
    """The public outcomes as the packaged router scored them. They carry no prices."""
    return _evidence(PACKAGED_MEANING if meaning() else PACKAGED)


def packaged_calibration() -> Calibration:
    """The threshold of the policy that nobody wrote, on the public outcomes."""
    return _calibration(PACKAGED_MEANING if meaning() else PACKAGED)


@cache
def _evidence(file: Path) -> tuple[Scored, ...]:
    return tuple(unpacked(file.read_bytes().partition(b"\n")[2]))


@cache
def _calibration(file: Path) -> Calibration:
    head = json.loads(file.read_bytes().partition(b"\n")[0])
    threshold = Threshold(head["threshold"], head["weak_share"])
    return Calibration(threshold, head["router"], RoutingPolicy().target, head["outcomes"])


def priced(scored: Iterable[Scored], weak_cost: int, strong_cost: int) -> list[Scored]:
    """The same at these prices (millionths of a dollar an answer), where an outcome carries none of its own."""
    return [
        each
        if each.outcome.strong_cost
        else replace(each, outcome=replace(each.outcome, weak_cost=weak_cost, strong_cost=strong_cost))
        for each in scored
    ]


def _row(scored: Scored) -> bytes:
    outcome = scored.outcome
    values = (scored.probability, outcome.weak, outcome.strong)
    whole = [round(max(0.0, min(1.0, value)) * unit) for value, unit in zip(values, _UNITS, strict=True)]
    return _ROW.pack(*whole, *(min(max(0, cost), _DEAREST) for cost in (outcome.weak_cost, outcome.strong_cost)))
