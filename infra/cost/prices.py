"""Google's list prices in us-central1, in US dollars, free tiers left out.

As on Google's pages of prices (cloud.google.com/run/pricing and so on); nothing here asks Google, so look before you
rely on a figure. A document's write costs the same however many indexes it is in: those are paid for as storage.
"""

from __future__ import annotations

from typing import Final

VCPU_SECOND: Final = 24e-6
GIB_SECOND: Final = 2.5e-6
REQUEST: Final = 0.40 / 1e6
GATEWAY_CALL: Final = 3.00 / 1e6
ROUNDED_TO: Final = 0.1
"""Seconds that Cloud Run rounds an instance's billed time up to, each time that it is busy."""
FIRESTORE: Final = {"us-central1": (0.03 / 1e5, 0.09 / 1e5), "nam5": (0.06 / 1e5, 0.18 / 1e5)}
"""A read and a write, by where the database is: a multi-region costs twice as much."""
PUBSUB_TIB: Final = 40.0
BIGQUERY_TIB: Final = 6.25
BIGQUERY_INSERT_GIB: Final = 0.05
LOG_GIB: Final = 0.50
EGRESS_GIB: Final = 0.12
"""To the internet, premium tier, the first TiB of a month."""
REDIS_GIB_HOUR: Final = {"BASIC": 0.049, "STANDARD_HA": 0.064}
"""Memorystore of 1 to 4 GiB, by tier."""

GIB: Final = 2.0**30
TIB: Final = 2.0**40
