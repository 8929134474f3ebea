"""The access of all functions as text, for the terminal and for the file that a person agrees to."""

from __future__ import annotations

from infra.manifest.access.access import access_of
from infra.manifest.model import Manifest


def access_table(manifest: Manifest) -> str:
    """A line per function, sorted by name: what it reads, writes and has mounted."""
    return "\n".join(sorted(f"{found.name}  {access_of(found).line()}" for found in manifest.declarations))
