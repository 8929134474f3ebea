"""The secrets that the platform makes for itself, where Secret Manager would mount them."""

from __future__ import annotations

import secrets
from pathlib import Path

from infra.local.folder import write_private
from shared_layer.governance import signing
from shared_layer.storage import sealing


def make_secrets() -> None:
    """What audit checkpoints are signed with, what others' secrets are sealed with, what Slack signs its calls with.

    Each is made once. Without a Slack app the last one lets a workspace be played, by whoever can read it.
    """
    _keep(signing.key_file(), signing.new_key().decode())
    _keep(sealing.key_file(), sealing.new_key())
    _keep(signing.key_file().with_name("xynergy-slack-signing-secret"), secrets.token_hex(16))


def _keep(file: Path, content: str) -> None:
    if not file.exists():
        file.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(file, content)
