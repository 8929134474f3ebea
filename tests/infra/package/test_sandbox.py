"""The sandbox is in the archives of the functions that may need it, and runs from there."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

from tests.infra.package.conftest import Packed

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from shared_layer.ai.sandbox.running import run_tests
print(run_tests("def add(a, b): return a + b", "assert add(1, 2) == 3"))
"""


def test_code_is_tested_from_an_unpacked_archive(packed: Packed, tmp_path: Path) -> None:
    with zipfile.ZipFile(BytesIO(packed["create_chat_completion"].zipped())) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.strip() == "{'passed': ''}"
