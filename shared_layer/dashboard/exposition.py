"""The Prometheus text exposition format, version 0.0.4. No metric of ours is named here.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]


@dataclass(slots=True)
class Family:
    """A metric with its samples: (suffix of the name, labels, value)."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    samples: list[tuple[str, Labels, float]] = field(default_factory=list)

    def add(self, value: float, suffix: str = "", **labels: str) -> None:
        """Add one sample."""
        self.samples.append((suffix, labels, value))

    def add_histogram(self, buckets: Iterable[tuple[float, int]], total: float, **labels: str) -> None:
        """Add one histogram: (upper edge, requests up to it from the edge before) in rising order, and their sum."""
        seen = 0
        for edge, count in buckets:
            seen += count
            self.add(seen, "_bucket", **labels, le=_number(edge))
        self.add(seen, "_bucket", **labels, le="+Inf")
        self.add(total, "_sum", **labels)
        self.add(seen, "_count", **labels)


def exposed(families: Iterable[Family]) -> str:
    """The families as text."""
    lines = []
    for family in families:
        lines.append(f"# HELP {family.name} {_escaped(family.help)}")
        lines.append(f"# TYPE {family.name} {family.kind}")
        for suffix, labels, value in family.samples:
            shown = ",".join(f'{name}="{_escaped(text, quoted=True)}"' for name, text in labels.items())
            lines.append(
                f"{family.name}{suffix}{{{shown}}} {_number(value)}" if shown else f"{family.name} {_number(value)}"
            )
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _escaped(text: str, quoted: bool = False) -> str:
    plain = text.replace("\\", "\\\\").replace("\n", "\\n")
    return plain.replace('"', '\\"') if quoted else plain
