"""The archive itself: the same bytes from the same sources, wherever and whenever it is made."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.package.distributions import SERVER, closure, owners_of, pinned
from infra.package.reach import reach_of
from shared_layer.ai.minilm.files import CARRIER, model_files
from shared_layer.ai.router import meaning
from shared_layer.core.declaration import AnyDeclaration, HttpOperation

EPOCH = (1980, 1, 1, 0, 0, 0)
MEANING = "shared_layer/ai/router/meaning.py"
"""What loads the encoder by its name, where a deployment asks for embeddings: then its archives carry that, and
the model's files: the distribution that has them would have torch installed."""
SOCKET_SERVER = "shared_layer.front_door.socket_server"


@dataclass(frozen=True, slots=True)
class Package:
    """A function ready to be deployed. `contents` maps paths in the archive to bytes."""

    name: str
    contents: Mapping[str, bytes]
    distributions: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The sha256 of everything in it, in hex: equal where nothing changed."""
        total = hashlib.sha256()
        for path in sorted(self.contents):
            total.update(f"{path}\0{len(self.contents[path])}\0".encode())
            total.update(self.contents[path])
        return total.hexdigest()

    def zipped(self) -> bytes:
        """The archive: sorted, without times and owners."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(self.contents):
                entry = zipfile.ZipInfo(path, EPOCH)
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, self.contents[path])
        return buffer.getvalue()


def package(root: Path, declaration: AnyDeclaration) -> Package:
    """The package of one function. Raises LookupError or FileNotFoundError for an import that is not to be had."""
    modules = [declaration.module, SOCKET_SERVER] if _is_socket(declaration) else [declaration.module]
    reach = reach_of(root, *modules)
    lock, more = "functions", ("websockets",) if _is_socket(declaration) else ()
    carried: dict[str, bytes] = {}
    if meaning.asked_for() and root / MEANING in reach.files:
        reach, lock = reach_of(root, *modules, meaning.ENCODER), "embeddings"
        carried = {f"{CARRIER}/model/{file.name}": file.read_bytes() for file in model_files()}
    names = closure([*owners_of(reach.external), *SERVER, *more])
    contents = {str(file.relative_to(root).as_posix()): file.read_bytes() for file in reach.files}
    contents |= carried
    contents["main.py"] = main_file(declaration).encode()
    contents["requirements.txt"] = pinned(root / f"infra/locks/{lock}.txt", names).encode()
    return Package(declaration.name, contents, tuple(sorted(names)))


def main_file(declaration: AnyDeclaration) -> str:
    """`main.py`, which Google's buildpack looks for: the function under its own name; a WebSocket's is `app`.

    The framework serves as asynchronous what was registered so, however it is started.
    """
    if _is_socket(declaration):
        source = declaration.module.replace(".", "/") + ".py"
        return (
            f'"""{declaration.summary}"""\n\n'
            f"from {SOCKET_SERVER} import served\n\n"
            f'app = served("{declaration.name}", "{source}")\n'
        )
    return (
        f'"""{declaration.summary}"""\n\n'
        f"from functions_framework import aio\n\n"
        f"from {declaration.module} import {declaration.name}\n\n"
        f"aio.http({declaration.name})  # registers it; the wrapper that this answers is not needed\n\n"
        f'__all__ = ["{declaration.name}"]\n'
    )


def _is_socket(declaration: AnyDeclaration) -> bool:
    """Whether it answers WebSockets, which Google's framework does not route."""
    return isinstance(declaration, HttpOperation) and declaration.websocket
