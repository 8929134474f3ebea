"""The Python in a model's answer."""

from __future__ import annotations

from typing import Final

_PYTHON: Final = frozenset({"python", "py", "python3"})


def code_of(text: str) -> str:
    """What stands in fences marked as Python; without such, in any; without any, the text itself."""
    blocks: list[tuple[str, list[str]]] = []
    fence, language = "", ""
    for line in text.splitlines():
        bare = line.strip()
        if fence:
            if bare.startswith(fence) and not bare.strip(fence[0]):
                fence = ""
            else:
                blocks[-1][1].append(line)
        elif bare.startswith(("```", "~~~")):
            fence = bare[: len(bare) - len(bare.lstrip(bare[0]))]
            language = bare[len(fence) :].strip().partition(" ")[0].casefold()
            blocks.append((language, []))
    marked = [lines for language, lines in blocks if language in _PYTHON]
    chosen = marked or [lines for _, lines in blocks]
    return "\n\n".join("\n".join(lines) for lines in chosen) if chosen else text
