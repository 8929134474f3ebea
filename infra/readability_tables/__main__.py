"""`python -m infra.readability_tables CMUDICT HYPHENATION EASY_WORDS`: write the tables of the readability formulas.

CMUDICT is cmudict 0.7a as nltk_data has it (word, number, phonemes), HYPHENATION is hyph_en_US.dic of the Hyphen
library, EASY_WORDS a word a line. The same three files always give the same bytes.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from shared_layer.readability.syllables import hyphenated
from shared_layer.readability.tables import Tables, read_pattern

OUT: Final = Path(__file__).parents[2] / "shared_layer" / "readability" / "tables.bin"
_IGNORED: Final = ("%", "#", "LEFTHYPHENMIN", "RIGHTHYPHENMIN", "COMPOUNDLEFTHYPHENMIN", "COMPOUNDRIGHTHYPHENMIN")
_WORD: Final = re.compile(r"[\w']+")


def main(arguments: Sequence[str]) -> int:
    """Pack the three files named in `arguments`."""
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    dictionary, hyphenation, easy = (Path(one).read_text(encoding="utf-8") for one in arguments)
    packed = pack(dictionary, hyphenation, easy)
    OUT.write_bytes(packed)
    print(f"{OUT.name}: {len(packed)} bytes")
    return 0


def pack(dictionary: str, hyphenation: str, easy: str) -> bytes:
    """The tables as one file: of CMUdict only the words that the patterns count otherwise."""
    lines = list(_patterns(hyphenation))
    patterns = dict(map(read_pattern, lines))
    found = Tables(patterns, max(map(len, patterns)), {}, frozenset())
    by_count: dict[int, list[str]] = {}
    for word, count in sorted(counted(dictionary).items()):
        if hyphenated(word, found) + 1 != count:
            by_count.setdefault(count, []).append(word)
    kept = "\n".join(f"{count} {' '.join(words)}" for count, words in sorted(by_count.items()))
    words = "\n".join(sorted({word.strip() for word in easy.split("\n") if word.strip()}))
    return zlib.compress("\n\n".join(("\n".join(lines), kept, words)).encode(), 9)


def counted(dictionary: str) -> dict[str, int]:
    """The syllables of each word by its first pronunciation; words that a text cannot hold are left out."""
    counts: dict[str, int] = {}
    for line in dictionary.split("\n"):
        word, _, rest = line.partition(" ")
        if word and _WORD.fullmatch(word) and word.lower() not in counts:
            counts[word.lower()] = sum(phoneme[-1].isdigit() for phoneme in rest.split()[1:])
    return counts


def _patterns(hyphenation: str) -> Iterator[str]:
    for line in hyphenation.split("\n")[1:]:
        pattern = line.strip()
        if pattern and not pattern.startswith(_IGNORED) and re.search("[1-9]", pattern):
            yield pattern


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
