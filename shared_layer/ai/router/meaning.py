"""What a prompt means, as far as a deployment asks for it: XYNERGY_ROUTER_EMBEDDINGS=on, and the extra installed.

MiniLM and numpy cost 0.3 s and 70 MiB, and 8 to 60 ms a prompt. So they are loaded by the first prompt that is routed
with them, by name: no function carries them that was not packaged to. Where they are asked for and missing, the router
says so and goes on without.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Final, cast

from shared_layer.core import environment
from shared_layer.core.logs import log

SETTING: Final = "XYNERGY_ROUTER_EMBEDDINGS"
ENCODER: Final = "shared_layer.ai.minilm.encoder"
FILES: Final = "shared_layer.ai.minilm.files"
PIECES: Final = 128
"""Pieces read of a prompt: half of what the model can, so that no decision takes longer than 60 ms."""

Meaning = Callable[[str], Sequence[float]]


def asked_for() -> bool:
    """Whether this deployment wants prompts to be embedded."""
    return (environment.variable(SETTING) or "").lower() in ("1", "on", "true", "yes")


def wanting() -> str:
    """Why the router goes without though it was asked for; empty where nothing is wanting."""
    return "" if not asked_for() else _loaded()[1]


def meaning() -> Meaning | None:
    """What embeds a prompt; None where that is not asked for or not installed."""
    return _loaded()[0] if asked_for() else None


def meaning_of(text: str) -> Sequence[float]:
    """The prompt's vector. Raises ImportError where the extra is not installed."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy loads: its threads fight over a small matrix
    numbers = import_module(ENCODER).load().encode(text, PIECES).tolist()
    return cast("list[float]", numbers)


@cache
def _loaded() -> tuple[Meaning | None, str]:
    try:
        import_module(FILES).model_files()  # says what to do, where numpy's absence would not
        meaning_of("Is it there?")
    except ImportError as missing:
        log("WARNING", "router_embeddings_missing", str(missing))
        return None, f"{missing} The router goes on without"
    return meaning_of, ""
