"""What a tenant asks of the router: quality kept, or money not exceeded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeepQuality:
    """Keep this part of the strong model's quality (0.95: "keep 95 %"), as cheaply as that allows."""

    share: float = 0.95

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0:
            raise ValueError("the share of quality to keep lies between 0 and 1")


@dataclass(frozen=True, slots=True)
class SpendAtMost:
    """Spend at most this many millionths of a dollar a request on average, as well as that allows."""

    micros: int

    def __post_init__(self) -> None:
        if self.micros < 0:
            raise ValueError("a spend is not negative")


Target = KeepQuality | SpendAtMost


@dataclass(frozen=True, slots=True)
class RoutingPolicy:
    """A tenant's target; `confidence` is how sure the calibration must be of it."""

    target: Target = KeepQuality()
    confidence: float = 0.95
    version: int = 1

    def __post_init__(self) -> None:
        if not 0.5 <= self.confidence < 1.0:
            raise ValueError("confidence lies between 0.5 and 1")
