"""What search brought, by day, in the tenant's own dataset: each site has two tables of its own.

Search Console counts each property for itself (a domain and a path below it overlap), so that rows of two sites are
never summed. `performance` leaves out the searches that too few people make; `totals` has every click.
"""

from __future__ import annotations

from typing import Final

from shared_layer.storage.tenant_tables import of_tenant
from shared_layer.storage.warehouse import Table

PERFORMANCE: Final = Table(
    dataset="",
    name="performance_",
    columns=(
        ("date", "DATE", "REQUIRED"),
        ("query", "STRING", "REQUIRED"),
        ("page", "STRING", "REQUIRED"),
        ("device", "STRING", "REQUIRED"),
        ("country", "STRING", "REQUIRED"),
        ("clicks", "INT64", "REQUIRED"),
        ("impressions", "INT64", "REQUIRED"),
        ("position", "FLOAT64", "REQUIRED"),
    ),
    partition="date",
    cluster=("query", "page", "device"),
)
"""A row for each day, query, page, device and country; `position` is the mean over its impressions, 1 at the top."""

TOTALS: Final = Table(
    dataset="",
    name="totals_",
    columns=(
        ("date", "DATE", "REQUIRED"),
        ("device", "STRING", "REQUIRED"),
        ("clicks", "INT64", "REQUIRED"),
        ("impressions", "INT64", "REQUIRED"),
        ("position", "FLOAT64", "REQUIRED"),
    ),
    partition="date",
    cluster=("device",),
)
"""A row for each day and device, of the property as a whole: anonymised searches are in it."""


def performance_table(tenant_id: str, site_id: str) -> Table:
    """The site's rows."""
    return of_tenant(PERFORMANCE, tenant_id, site_id)


def totals_table(tenant_id: str, site_id: str) -> Table:
    """The site's totals."""
    return of_tenant(TOTALS, tenant_id, site_id)
