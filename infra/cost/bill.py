"""The bill: a line for each of Google's services, with how it comes about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from infra.cost import prices
from infra.cost.workload import ANSWER_BYTES, EVENT_BYTES, LOG_BYTES, SCAN_BYTES, Load


@dataclass(frozen=True, slots=True)
class Line:
    """`dollars` are for a second of the load; `formula` says what of."""

    service: str
    dollars: float
    formula: str


def bill(loads: Sequence[Load], firestore: str = "us-central1") -> tuple[Line, ...]:
    """What a second of the load costs; `firestore` is where the database is."""
    read, write = prices.FIRESTORE[firestore]
    calls, api = sum(one.rate for one in loads), sum(one.rate for one in loads if one.api)
    reads = sum(one.rate * one.reads for one in loads)
    writes = sum(one.rate * one.writes for one in loads)
    pushed = sum(one.rate for one in loads if one.pushed)
    scanned = sum(one.rate * one.scans for one in loads) * SCAN_BYTES
    inserted = sum(one.rate * one.inserts for one in loads)
    return (
        Line("API Gateway", api * prices.GATEWAY_CALL, f"{api:.4g} calls/s × $3 per million"),
        _cloud_run(loads, calls),
        Line(
            "Firestore",
            reads * read + writes * write,
            f"{reads:.4g} reads/s × ${read * 1e5:.2f} + {writes:.4g} writes/s × ${write * 1e5:.2f} per 100,000",
        ),
        Line(
            "Pub/Sub",
            2 * pushed * EVENT_BYTES / prices.TIB * prices.PUBSUB_TIB,
            f"{pushed:.4g} deliveries/s × {EVENT_BYTES} B × 2 (in and out) × $40/TiB",
        ),
        Line(
            "BigQuery",
            scanned / prices.TIB * prices.BIGQUERY_TIB
            + inserted * EVENT_BYTES / prices.GIB * prices.BIGQUERY_INSERT_GIB,
            f"{scanned / 2**20:.4g} MiB/s × $6.25/TiB (10 MiB a query; answers from the cache read nothing) + "
            f"{inserted:.4g} rows/s × {EVENT_BYTES} B × $0.05/GiB",
        ),
        Line(
            "Logging",
            calls * LOG_BYTES / prices.GIB * prices.LOG_GIB,
            f"{calls:.4g} lines/s × {LOG_BYTES} B × $0.50/GiB",
        ),
        Line(
            "Egress",
            api * ANSWER_BYTES / prices.GIB * prices.EGRESS_GIB,
            f"{api:.4g} answers/s × {ANSWER_BYTES} B × $0.12/GiB",
        ),
    )


def _cloud_run(loads: Sequence[Load], calls: float) -> Line:
    busy = sum(one.billed_seconds * one.vcpus for one in loads)
    memory = sum(one.billed_seconds * one.gib for one in loads)
    return Line(
        "Cloud Run",
        busy * prices.VCPU_SECOND + memory * prices.GIB_SECOND + calls * prices.REQUEST,
        f"{busy:.3g} vCPU × $24e-6/s + {memory:.3g} GiB × $2.5e-6/s + {calls:.4g} calls/s × $0.40 per million",
    )
