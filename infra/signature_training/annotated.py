"""The annotated mails: `N/*_body` without, `P/*_body` with a signature, whose lines begin with `#sig#`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from shared_layer.gmail.body.learning import Annotated

MARK: Final = "#sig#"


def annotated(folder: Path) -> Iterator[Annotated]:
    """The mails of a folder, in a fixed order."""
    for body in sorted(folder.glob("[NP]/*_body")):
        sender = body.with_name(body.name.removesuffix("_body") + "_sender")
        lines = body.read_text(encoding="utf-8", errors="replace").splitlines()
        yield Annotated(
            lines=tuple(line.removeprefix(MARK) for line in lines),
            marked=tuple(line.startswith(MARK) for line in lines),
            sender=sender.read_text(encoding="utf-8", errors="replace").strip(),
        )
