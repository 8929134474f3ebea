"""The secrets that the platform makes for itself, where Secret Manager would mount them."""

from __future__ import annotations

from pathlib import Path

from infra.local.folder import write_private
from shared_layer.governance import signing
from shared_layer.storage import sealing


def make_secrets() -> None:
    """The key that audit checkpoints are signed with, and the one that others' secrets are sealed with: made once."""
    _keep(signing.key_file(), signing.new_key().decode())
    _keep(sealing.key_file(), sealing.new_key())


def _keep(file: Path, content: str) -> None:
    if not file.exists():
        file.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(file, content)
