"""Ridge regression by dual coordinate descent, in plain Python: the same weights on every machine, to the last bit.

Minimises ½λ‖w − w₀‖² + ½Σ(w·xᵢ + b − yᵢ)². Each row's dual variable has a closed-form optimum given the others
(Shalev-Shwartz & Zhang 2013, "Stochastic dual coordinate ascent"; Hsieh et al. 2008 for liblinear's form).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from shared_layer.ai.router.features import SLOTS, Vector


def ridge(
    rows: Sequence[Vector], targets: Sequence[float], penalty: float, epochs: int = 12, start: Sequence[float] = ()
) -> tuple[list[float], float]:
    """The weights and the intercept. `start` are weights to stay close to (w₀); without it, zeros.

    The intercept is what is left of the targets' mean, so that it is not penalised. Raises ValueError without rows.
    """
    if not rows or len(rows) != len(targets):
        raise ValueError("there must be rows, and a target for each")
    weights = list(start) or [0.0] * SLOTS
    offset = [sum(weights[slot] * value for slot, value in row) for row in rows]
    intercept = sum(targets) / len(rows) - sum(offset) / len(rows)
    squares = [sum(value * value for _, value in row) for row in rows]
    duals = [0.0] * len(rows)
    order = list(range(len(rows)))
    shuffle = Random(0).shuffle  # noqa: S311  the order of descent, not a secret
    for _ in range(epochs):
        shuffle(order)
        for n in order:
            row = rows[n]
            wrong = targets[n] - intercept - sum([weights[slot] * value for slot, value in row])
            change = (wrong - duals[n]) / (1.0 + squares[n] / penalty)
            duals[n] += change
            step = change / penalty
            for slot, value in row:
                weights[slot] += step * value
    return weights, intercept
