"""The data folder: one running platform at a time, everything that must outlive it, nothing of anybody else's."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any, Final

from infra.local.refusal import Refusal

_MARKER: Final = "xynergy.json"
_FORMAT: Final = 1
_LOCK: Final = "lock"
_LOG_BYTES: Final = 16 << 20


class DataFolder:
    """Opens `path`, creating it where it is missing, and holds its lock until the process ends.

    Raises Refusal where it is a file, holds other files, cannot be written, was written by another version,
    or belongs to a platform that runs.
    """

    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        self.path = path
        _refuse_foreign(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Refusal(
                f"{path} cannot be written ({error.strerror}); choose another folder with --data DIR"
            ) from None
        self._take_lock()
        if fresh:
            self._empty()
        self._check_format()
        self.logs.mkdir(exist_ok=True)
        self._turn_logs()

    @property
    def local_json(self) -> Path:
        """Where the running platform tells its addresses and keys."""
        return self.path / "local.json"

    @property
    def logs(self) -> Path:
        """The folder of the processes' logs."""
        return self.path / "logs"

    @property
    def operator_keys(self) -> Path:
        """The file of operator keys, as Secret Manager would mount it."""
        return self.path / "secrets" / "xynergy-api-keys"

    @property
    def openapi(self) -> Path:
        """The OpenAPI document of the functions that run."""
        return self.path / "openapi.json"

    def operator_key(self) -> str:
        """The platform operator's key, made at the first start and kept."""
        if not self.operator_keys.exists():
            self.operator_keys.parent.mkdir(mode=0o700, exist_ok=True)
            write_private(self.operator_keys, f"xyn_op_{secrets.token_hex(16)}\n")
        return self.operator_keys.read_text(encoding="utf-8").split()[0]

    def remembered(self) -> dict[str, Any]:
        """What the last start left in local.json; empty where there is none that can be read."""
        try:
            found = json.loads(self.local_json.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def remember(self, state: dict[str, Any]) -> None:
        """Write local.json, at once and readable by its owner only."""
        write_private(self.local_json, json.dumps(state, indent=2) + "\n")

    def release(self) -> None:
        """Let another process have the folder."""
        os.close(self._lock)

    def _take_lock(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            gateway = self.remembered().get("gateway", "another port")
            raise Refusal(
                f"A platform already runs on {self.path} ({gateway}); stop it, or choose another folder with --data DIR"
            ) from None

    def _check_format(self) -> None:
        marker = self.path / _MARKER
        if not marker.exists():
            write_private(marker, json.dumps({"xynergy_data": _FORMAT}) + "\n")
        try:
            form = json.loads(marker.read_text(encoding="utf-8"))["xynergy_data"]
        except (OSError, ValueError, KeyError, TypeError):
            form = None
        if form != _FORMAT:
            raise Refusal(
                f"{self.path} is damaged or was written by another version; move it away, or start with --fresh, "
                "which deletes what it holds"
            )

    def _turn_logs(self) -> None:
        """Begin a long log anew; its former content stays beside it until the next turn."""
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > _LOG_BYTES:
                log.replace(log.with_suffix(".log.1"))

    def _empty(self) -> None:
        for entry in self.path.iterdir():
            if entry.name == _LOCK:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()


def write_private(path: Path, text: str) -> None:
    """Replace `path` by `text` in one step, mode 0600: a reader sees the old content or the new, never half."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _refuse_foreign(path: Path) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise Refusal(f"{path} is a file; choose a folder with --data DIR")
    try:
        names = {entry.name for entry in path.iterdir()}
    except OSError as error:
        raise Refusal(f"{path} cannot be read ({error.strerror}); choose another with --data DIR") from None
    if names - {_LOCK} and _MARKER not in names:
        raise Refusal(f"{path} holds files that are not the platform's; choose an empty folder with --data DIR")
