"""What is known of a prompt after both models were judged on it."""

from __future__ import annotations

from dataclasses import dataclass

from shared_layer.ai.router.features import Vector


@dataclass(frozen=True, slots=True)
class Outcome:
    """How good the weak and the strong model's answers were (0 to 1), and what each cost (millionths of a dollar).

    The prompt is kept as its features: enough to learn from, not enough to read. A verified cascade that escalated
    knows both; so does a cheap answer found perfect, since no strong one could be better.
    """

    vector: Vector
    weak: float
    strong: float
    weak_cost: int = 0
    strong_cost: int = 0

    @property
    def gain(self) -> float:
        """What the strong model would have added, -1 to 1: what the router learns to predict."""
        return self.strong - self.weak

    @property
    def good_enough(self) -> bool:
        """Whether the weak answer was at least as good as the strong one."""
        return self.weak >= self.strong
