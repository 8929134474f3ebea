"""What each function can touch, derived from its code: no second list is kept.

    declaration → roots (its handler and what the front door does for its kind)
                → source   the functions and classes of ours that they can reach
                → uses     the collections, topics, buckets and services that each of those names
                → access   one Access per function; `access.txt` is what a person has agreed to

`python -m infra.manifest list --access` prints it.
"""

from infra.manifest.access.access import Access, access_of, reaches
from infra.manifest.access.table import access_table

__all__ = ["Access", "access_of", "access_table", "reaches"]
