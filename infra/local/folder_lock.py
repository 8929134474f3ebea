"""One cloud to a data folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from infra.local.refusal import Refusal

_NAME = "cloud.lock"


class FolderLock:
    """Holds `folder`, creating it where it is missing, until `release` or the end of the process, kill -9 included.

    Raises Refusal where the folder cannot be written or another cloud holds it.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Refusal(
                f"{folder} cannot be written ({error.strerror}): make it writable or choose another folder with --data."
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            holder = os.read(self._file, 32).decode(errors="replace").strip() or "unknown"
            os.close(self._file)
            raise Refusal(
                f"{folder} is in use by another local cloud (process {holder}): "
                "stop that one or choose another folder with --data."
            ) from held
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another cloud have the folder."""
        os.close(self._file)
