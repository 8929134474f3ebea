"""AI routing: one way to ask a model, the cheapest that is good enough, with its cost kept.

prompt → cache → optimiser → analysis → route → breaker → provider → ledger → reply
                                          ↑________________|  fallback
"""

from shared_layer.ai.breaker import BreakerState
from shared_layer.ai.catalogue import breaker_states
from shared_layer.ai.completing import complete
from shared_layer.ai.completion import Completion, Route, Usage

__all__ = ["BreakerState", "Completion", "Route", "Usage", "breaker_states", "complete"]
