"""The classifier: two predictions from a prompt's shape and words, packed into a file of their own."""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from operator import mul
from pathlib import Path
from typing import Final

from shared_layer.ai.router.features import BUCKETS, MEANING, SHAPE, Vector, without_meaning
from shared_layer.ai.router.meaning import Meaning, meaning
from shared_layer.ai.router.sight import Sight, familiarity, from_bytes, to_bytes

PACKAGED: Final = Path(__file__).with_name("weights.bin")
PACKAGED_MEANING: Final = PACKAGED.with_name("weights_meaning.bin")
FORMAT: Final = 3
LENGTH: Final = 0
"""The trait of a prompt's length."""


@dataclass(frozen=True, slots=True)
class Head:
    """One prediction: the `usual` value, and how a prompt departs from it.

    `kernel` weighs the resemblance to each landmark; `words` (whole numbers from -127 to 127, times `scale`) the
    prompt's words, and after them its meaning where the router reads that. `share` is how much of a departure proved
    true on prompts that were not learned from.
    """

    usual: float
    kernel: tuple[float, ...]
    words: array[int]
    scale: float
    share: float

    def departure(self, resemblances: Sequence[float], vector: Vector) -> float:
        """How far the prediction lies from the usual value."""
        shaped: float = sum(map(mul, self.kernel, resemblances))
        return self.share * (shaped + self.spoken(vector))

    def spoken(self, vector: Vector) -> float:
        """What the words say, before it is shared out."""
        words = self.words
        return self.scale * sum([words[slot - SHAPE] * value for slot, value in vector[SHAPE:]])


@dataclass(frozen=True, slots=True)
class Judgement:
    """`gain` is what asking the strong model would add, about -1 to 1. `trust` is how far the prompt's kind was met."""

    gain: float
    trust: float
    familiar: bool


@dataclass(frozen=True, slots=True)
class Router:
    """Predicts how badly the weak and the strong model will fail, from that the strong one's gain, and from that
    P(weak is good enough).

    Where the weak model fails carries over to prompts of other kinds; where the strong one fails does not. So the
    second counts only as far as the prompt's shape is familiar. `trusted` holds where trust begins and where it is
    whole. `lean` is what is believed before anything is learned: how much more the strong model adds at a prompt that
    is one standard deviation longer; at kinds never met it is most of what there is. `slope` and `offset` turn a gain
    into a probability (Platt 1999). `digest` tells one router from another: a calibration belongs to one.
    """

    sight: Sight
    weak_fails: Head
    strong_fails: Head
    trusted: tuple[float, float]
    lean: float
    slope: float
    offset: float
    digest: str = ""

    @property
    def reads_meaning(self) -> bool:
        """Whether it was learned from embeddings, too."""
        return len(self.weak_fails.words) > BUCKETS

    @property
    def meaning(self) -> Meaning | None:
        """What its prompts are to be embedded by: nothing, for most routers."""
        return meaning() if self.reads_meaning else None

    def widened(self) -> Router:
        """The same router, ready to learn from meanings: nothing is known of them yet."""
        room = array("b", bytes(MEANING))
        weak, strong = (replace(head, words=head.words + room) for head in (self.weak_fails, self.strong_fails))
        return sealed(replace(self, weak_fails=weak, strong_fails=strong))

    def judge(self, vector: Vector, resemblances: Sequence[float] = ()) -> Judgement:
        """What is to be expected of a prompt; `resemblances` where the caller has them already."""
        if not self.reads_meaning:
            vector = without_meaning(vector)
        seen = resemblances or self.sight.look(vector)
        trust = self.trust(familiarity(seen))
        strong = trust * self.strong_fails.departure(seen, vector) if trust else 0.0
        gain = self.weak_fails.usual - self.strong_fails.usual + self.weak_fails.departure(seen, vector) - strong
        return Judgement(gain + self.leaning(vector), trust, trust >= 1.0 and self.sight.met(vector))

    def leaning(self, vector: Vector) -> float:
        """What the prompt's length alone adds to the gain."""
        return self.lean * self.sight.standard(LENGTH, vector[LENGTH][1])

    def gain(self, vector: Vector) -> float:
        """The predicted gain of asking the strong model."""
        return self.judge(vector).gain

    def trust(self, likeness: float) -> float:
        """How far a prediction of the strong model's failure holds: 0 for a kind never met, 1 for a familiar one."""
        start, whole = self.trusted
        return min(1.0, max(0.0, (likeness - start) / (whole - start)))

    def probability(self, gain: float) -> float:
        """P(weak is good enough) for a predicted gain; the greater the gain, the smaller."""
        return 1.0 / (1.0 + math.exp(min(700.0, max(-700.0, self.offset + self.slope * gain))))

    def packed(self) -> bytes:
        """The file: a line of JSON, then the compressed bytes of the landmarks and of both heads' words."""
        heads = {
            name: {"usual": head.usual, "kernel": head.kernel, "scale": head.scale, "share": head.share}
            for name, head in (("weak_fails", self.weak_fails), ("strong_fails", self.strong_fails))
        }
        kept = {name: getattr(self, name) for name in ("trusted", "lean", "slope", "offset")}
        sight = {
            "means": self.sight.means,
            "deviations": self.sight.deviations,
            "least": self.sight.least,
            "most": self.sight.most,
        }
        slots = [SHAPE, len(self.weak_fails.words)]
        form = {"slots": slots, "marks": len(self.sight.marks), "format": FORMAT}
        line = json.dumps(heads | kept | sight | form, sort_keys=True)
        marks = b"".join(map(to_bytes, self.sight.marks))
        content = marks + self.weak_fails.words.tobytes() + self.strong_fails.words.tobytes()
        return line.encode() + b"\n" + zlib.compress(content, 9)


def quantised(usual: float, kernel: Sequence[float], words: Sequence[float]) -> Head:
    """A head of these weights, those of words each rounded to one of 255 steps. Numbers are kept to seven digits."""
    scale = _digits(max(map(abs, words)) / 127) or 1.0
    whole = array("b", [max(-127, min(127, round(weight / scale))) for weight in words])
    return Head(_digits(usual), tuple(map(_digits, kernel)), whole, scale, 1.0)


def unpacked(file: bytes) -> Router:
    """The router of a file that `packed` made. Raises ValueError for one of other features or another format."""
    line, _, rest = file.partition(b"\n")
    head = json.loads(line)
    if head["format"] != FORMAT or head["slots"] not in ([SHAPE, BUCKETS], [SHAPE, BUCKETS + MEANING]):
        raise ValueError("the weights belong to other features; train again: python -m infra.router_training")
    content = zlib.decompress(rest)
    after = head["marks"] * SHAPE
    marks = tuple(from_bytes(content[n : n + SHAPE]) for n in range(0, after, SHAPE))
    heads, slots = [], head["slots"][1]
    for n, name in enumerate(("weak_fails", "strong_fails")):
        words = array("b", content[after + n * slots : after + (n + 1) * slots])
        made = head[name]
        heads.append(Head(made["usual"], tuple(made["kernel"]), words, made["scale"], made["share"]))
    means, deviations, least, most = (tuple(head[name]) for name in ("means", "deviations", "least", "most"))
    sight = Sight(means, deviations, least, most, marks)
    start, whole = head["trusted"]
    return Router(sight, heads[0], heads[1], (start, whole), head["lean"], head["slope"], head["offset"], _digest(file))


def packaged() -> Router:
    """The router that comes with the platform, read once: the one that reads meanings, where those are to be had."""
    return _read(PACKAGED_MEANING if meaning() else PACKAGED)


@cache
def _read(file: Path) -> Router:
    return unpacked(file.read_bytes())


def sealed(router: Router) -> Router:
    """The router with the digest of its file."""
    return replace(router, digest=_digest(router.packed()))


def _digest(file: bytes) -> str:
    return hashlib.sha256(file).hexdigest()[:16]


def _digits(number: float) -> float:
    return float(f"{number:.7g}")
