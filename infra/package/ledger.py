"""What was packaged last, so that a change can be named: which file, which pin."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.package.archive import Package


def describe(package: Package) -> dict[str, Any]:
    """What is remembered of a package: its digest, each file's hash, each distribution's version."""
    return {
        "digest": package.digest,
        "files": {
            path: hashlib.sha256(content).hexdigest()[:16]
            for path, content in package.contents.items()
            if path != "requirements.txt"
        },
        "pins": pins(package.contents["requirements.txt"].decode()),
    }


def pins(requirements: str) -> dict[str, str]:
    """Distribution → version, of a requirements file."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", requirements, re.MULTILINE))


def read(file: Path) -> dict[str, Any]:
    """The ledger; empty where there is none yet."""
    return dict(json.loads(file.read_text())) if file.is_file() else {}


def write(file: Path, ledger: Mapping[str, Any]) -> None:
    """Replace the ledger."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(ledger, indent=1, sort_keys=True))
    fresh.replace(file)


def why_changed(former: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[str]:
    """Why a package is not what it was, in words; empty where it is."""
    if former is None:
        return ["never packaged before"]
    if former["digest"] == now["digest"]:
        return []
    reasons = []
    for kind, what in (("files", ""), ("pins", "pin of ")):
        old, new = former[kind], now[kind]
        reasons += [f"{what}{name} added" for name in sorted(set(new) - set(old))]
        reasons += [f"{what}{name} removed" for name in sorted(set(old) - set(new))]
        for name in sorted(set(old) & set(new)):
            if old[name] != new[name]:
                reasons.append(f"pin of {name}: {old[name]} → {new[name]}" if kind == "pins" else f"{name} changed")
    return reasons or ["hashes of a pin changed"]
