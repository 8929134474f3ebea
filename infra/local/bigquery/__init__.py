"""BigQuery on one machine: Google's REST API over DuckDB, for Google's own client.

service (routes) → *_routes (one per REST collection) → warehouse, which holds
  catalog    datasets and tables                    sizes    logical bytes by column and partition
  engine     the DuckDB file, one writer            inserts  streaming with insert ids
  queries    planner → rewrites → execution         jobs     what was run, and its results
"""

from infra.local.bigquery.service import BigQueryService

__all__ = ["BigQueryService"]
