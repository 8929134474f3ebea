"""Firestore on one machine: Google's gRPC service over SQLite, so that Google's own clients work unchanged.

`service` is the gRPC border. Behind it `reading`, `querying` and `writing` answer the requests; `consistency` says
which state each sees. A commit goes transactions → commits → writes → (transforms, limits), and lands in `store`,
`index` and `changes` in one SQLite transaction. A query goes query (query_filters, orders) → execution → plan → scan.
"""

from infra.local.firestore.service import FirestoreService

__all__ = ["FirestoreService"]
