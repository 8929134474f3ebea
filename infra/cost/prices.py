"""Google's list prices in us-central1, in US dollars, November 2026, free tiers left out."""

from __future__ import annotations

from typing import Final

VCPU_SECOND: Final = 24e-6
GIB_SECOND: Final = 2.5e-6
REQUEST: Final = 0.40 / 1e6
GATEWAY_CALL: Final = 3.00 / 1e6
FIRESTORE_READ: Final = 0.03 / 1e5
FIRESTORE_WRITE: Final = 0.09 / 1e5
PUBSUB_TIB: Final = 40.0
BIGQUERY_TIB: Final = 6.25
BIGQUERY_INSERT_GIB: Final = 0.05
LOG_GIB: Final = 0.50

GIB: Final = 2.0**30
TIB: Final = 2.0**40
