"""An environment with the named distributions and nothing else: what the buildpack installs, without installing.

The files are those of the environment that this runs in, linked: a hundred environments take seconds and no room.
"""

from __future__ import annotations

import os
import shutil
import sys
import venv
import zipfile
from collections.abc import Iterable
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path

from infra.package.archive import Package
from infra.package.distributions import SERVER, closure


def environment(folder: Path, names: Iterable[str]) -> Path:
    """Make a virtual environment of the distributions in `folder`; answers its interpreter."""
    venv.create(folder, symlinks=True)
    site = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    for name in names:
        for file in distribution(name).files or ():
            source = Path(str(file.locate()))
            if ".." not in file.parts and source.is_file() and source.stat().st_size == file.size:
                _link(source, site / file)  # of another size, it is another distribution's that was installed over it
    return folder / "bin" / "python"


def bare_environment(folder: Path) -> Path:
    """The same for the framework alone."""
    return environment(folder, closure(SERVER))


def unpacked(package: Package, folder: Path) -> Path:
    """The archive's files in `folder`, compiled as the buildpack does with SOURCE_DATE_EPOCH: by hash, not by time."""
    import compileall
    from py_compile import PycInvalidationMode

    with zipfile.ZipFile(BytesIO(package.zipped())) as archive:
        archive.extractall(folder)
    compileall.compile_dir(folder, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return folder


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        return
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
