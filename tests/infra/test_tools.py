"""Tools have environments of their own, made once and made again when their lock changes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from infra import tools


def test_a_tool_is_made_once(tmp_path: Path) -> None:
    uv = tools.tool("uv", tmp_path) / "uv"
    made = uv.stat().st_mtime_ns
    assert subprocess.run([str(uv), "--version"], check=True, capture_output=True, text=True).stdout.startswith("uv ")
    assert (tools.tool("uv", tmp_path) / "uv").stat().st_mtime_ns == made


def test_what_cannot_be_installed_is_told_in_the_programs_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uv.txt").write_text("uv==0.0.0 --hash=sha256:" + "0" * 64 + "\n")
    monkeypatch.setattr(tools, "LOCKS", tmp_path)
    with pytest.raises(RuntimeError, match=r"No matching distribution|no such|not find|THESE PACKAGES"):
        tools.tool("uv", tmp_path / "home")
    assert not (tmp_path / "home" / "uv" / "stamp").exists()
