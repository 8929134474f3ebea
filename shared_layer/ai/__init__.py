"""AI routing: one way to ask a model, the cheapest that is good enough, with its cost kept."""

from shared_layer.ai.completing import complete
from shared_layer.ai.completion import Completion, Route, Usage

__all__ = ["Completion", "Route", "Usage", "complete"]
