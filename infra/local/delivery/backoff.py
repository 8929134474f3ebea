"""How long to wait before the next attempt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential: `minimum` seconds after the first failure, doubled by each further one, never beyond `maximum`."""

    minimum: float
    maximum: float

    def delay(self, failures: int) -> float:
        """Seconds to wait after the `failures`-th failure in a row (counted from 1)."""
        doublings = min(max(failures - 1, 0), 64)
        return min(self.maximum, self.minimum * float(2**doublings))
