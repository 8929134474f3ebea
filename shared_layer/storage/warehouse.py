"""The warehouse's tables: what BigQuery holds, and how one event becomes one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Table:
    """A BigQuery table: `columns` are (name, type, mode), partitioned by day on `partition`, clustered by `cluster`."""

    dataset: str
    name: str
    columns: tuple[tuple[str, str, str], ...]
    partition: str
    cluster: tuple[str, ...]


EVENTS: Final = Table(
    dataset="xynergy_analytics",
    name="events",
    columns=(
        ("event_id", "STRING", "REQUIRED"),
        ("event_type", "STRING", "REQUIRED"),
        ("timestamp", "TIMESTAMP", "REQUIRED"),
        ("tenant_id", "STRING", "REQUIRED"),
        ("source_service", "STRING", "REQUIRED"),
        ("schema_version", "INT64", "REQUIRED"),
        ("status", "STRING", "NULLABLE"),
        ("correlation_id", "STRING", "REQUIRED"),
        ("causation_id", "STRING", "NULLABLE"),
        ("payload", "JSON", "REQUIRED"),
        ("synced_at", "TIMESTAMP", "REQUIRED"),
    ),
    partition="timestamp",
    cluster=("tenant_id", "event_type", "status"),
)

TABLES: Final = (EVENTS,)


def table_id(project: str, table: Table) -> str:
    """`project.dataset.table`."""
    return f"{project}.{table.dataset}.{table.name}"


def aso_dataset(tenant_id: str) -> str:
    """The tenant's own dataset; BigQuery allows letters, digits and underscores."""
    return "aso_tenant_" + "".join(c if c.isalnum() else "_" for c in tenant_id)


def as_table(project: str, table: Table) -> Any:
    """The table as google-cloud-bigquery's `Table`, to be created as it is."""
    from google.cloud.bigquery import SchemaField, TimePartitioning
    from google.cloud.bigquery import Table as BigQueryTable

    made = BigQueryTable(
        table_id(project, table), schema=[SchemaField(name, kind, mode=mode) for name, kind, mode in table.columns]
    )
    made.time_partitioning = TimePartitioning(field=table.partition)
    made.require_partition_filter = True
    made.clustering_fields = list(table.cluster)
    return made
