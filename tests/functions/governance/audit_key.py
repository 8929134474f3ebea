"""The audit key for tests: made where the platform looks for it."""

from __future__ import annotations

from shared_layer.governance.signing import key_file, new_key


def mount_audit_key() -> None:
    """What Secret Manager does: put the key where functions read it."""
    if not key_file().exists():
        key_file().write_bytes(new_key())
