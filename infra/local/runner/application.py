"""One function as Google's framework serves it."""

from __future__ import annotations

import importlib.util
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from infra.local.gateway.asgi import ASGIApp
from shared_layer.front_door.socket_server import with_socket

_FRAMEWORK_VARIABLES: Final = ("FUNCTION_TARGET", "FUNCTION_SIGNATURE_TYPE")


class FunctionBrokenError(Exception):
    """The function's file cannot be loaded; the message is one line that names the place."""


def application(file: Path) -> ASGIApp:
    """The ASGI application of the function in `file`, read anew from the source.

    Raises FunctionBrokenError where the file does not yield one.
    """
    from functions_framework.aio import create_asgi_app

    Path(importlib.util.cache_from_source(str(file))).unlink(missing_ok=True)
    try:
        with _undone():
            http: ASGIApp = create_asgi_app(target=file.stem, source=str(file))
            made: ASGIApp = with_socket(http, getattr(sys.modules[file.stem], file.stem))
    except (Exception, SystemExit) as error:
        raise FunctionBrokenError(_reason(file, error)) from error
    return made


@contextmanager
def _undone() -> Iterator[None]:
    """Take back what the framework changes for the one function of a process in the cloud; here there are many."""
    path = list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = path
        for variable in _FRAMEWORK_VARIABLES:
            os.environ.pop(variable, None)


def _reason(file: Path, error: BaseException) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
    place = f"{file.name}, line {line}" if line else file.name
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{place}: {type(error).__name__}: {' '.join(text.split())}"
