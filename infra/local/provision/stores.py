"""The warehouse's tables and the buckets: made where they are missing, never removed, since they hold data."""

from __future__ import annotations

from google.api_core.exceptions import Conflict

from shared_layer.storage import gcp_clients
from shared_layer.storage.buckets import BUCKETS
from shared_layer.storage.warehouse import TABLES, as_table


def make_tables(project: str) -> None:
    """The platform's datasets and tables in BigQuery."""
    client = gcp_clients.bigquery()
    for dataset in sorted({table.dataset for table in TABLES}):
        client.create_dataset(dataset, exists_ok=True)
    for table in TABLES:
        client.create_table(as_table(project, table), exists_ok=True)


def make_buckets() -> None:
    """The platform's buckets, each with the age at which its objects go."""
    client = gcp_clients.storage()
    present = {bucket.name for bucket in client.list_buckets()}
    for name, days in BUCKETS.items():
        if name in present:
            continue
        bucket = client.bucket(name)
        if days is not None:
            bucket.add_lifecycle_delete_rule(age=days)
        try:
            client.create_bucket(bucket)
        except Conflict:
            continue
