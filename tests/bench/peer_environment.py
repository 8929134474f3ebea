"""A virtual environment of its own for what is measured beside us: peers are never our dependencies."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

LOCKS = Path(__file__).parent / "locks"


def peer_python(name: str, folder: Path) -> Path:
    """The interpreter of an environment with the pinned distributions of `locks/{name}.txt`, made on first use."""
    lock = LOCKS / f"{name}.txt"
    stamp = hashlib.sha256(lock.read_bytes()).hexdigest()
    home = folder / name
    python, stamped = home / "bin" / "python", home / "stamp"
    if not stamped.is_file() or stamped.read_text() != stamp:
        print(f"installing the peer {name} into {home} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        install = [str(python), "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "-r", str(lock)]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        stamped.write_text(stamp)
    return python
