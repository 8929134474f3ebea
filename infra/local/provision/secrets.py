"""The secrets that the platform makes for itself, where Secret Manager would mount them."""

from __future__ import annotations

from infra.local.folder import write_private
from shared_layer.governance import signing


def make_secrets() -> None:
    """The key that audit checkpoints are signed with, made once and kept."""
    file = signing.key_file()
    if not file.exists():
        file.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(file, signing.new_key().decode())
