"""Ridge regression in plain Python: by normal equations where there are few columns, by dual descent where many.

Both minimise ½λ‖w‖² + ½Σ(w·xᵢ − yᵢ)² (the first with the landmarks' kernel as the norm).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import mul
from random import Random

from shared_layer.ai.router.features import BUCKETS, SHAPE, Vector

Columns = Sequence[Sequence[float]]
Matrix = list[list[float]]


def ridge(
    rows: Sequence[Vector], targets: Sequence[float], penalty: float, epochs: int, width: int = BUCKETS
) -> list[float]:
    """The weights of the `width` slots after the shape's.

    Each row's dual variable has a closed-form optimum given the others (Shalev-Shwartz & Zhang 2013, "Stochastic dual
    coordinate ascent"; Hsieh et al. 2008 for liblinear's form).
    """
    weights = [0.0] * width
    spoken = [[(slot - SHAPE, value) for slot, value in row[SHAPE:]] for row in rows]
    squares = [sum([value * value for _, value in row]) for row in spoken]
    duals = [0.0] * len(rows)
    order = list(range(len(rows)))
    shuffle = Random(0).shuffle  # noqa: S311  the order of descent, not a secret
    for _ in range(epochs):
        shuffle(order)
        for n in order:
            row = spoken[n]
            wrong = targets[n] - sum([weights[slot] * value for slot, value in row])
            change = (wrong - duals[n]) / (1.0 + squares[n] / penalty)
            duals[n] += change
            step = change / penalty
            for slot, value in row:
                weights[slot] += step * value
    return weights


def products(columns: Columns) -> Matrix:
    """The lower half of XᵀX."""
    return [[sum(map(mul, one, other)) for other in columns[: n + 1]] for n, one in enumerate(columns)]


def solve(matrix: Matrix, right: Sequence[float]) -> list[float]:
    """x of `matrix`·x = `right` for a positive definite matrix, given by its lower half (Cholesky's method)."""
    lower: Matrix = []
    for n, line in enumerate(matrix):
        row: list[float] = []
        for m in range(n):
            row.append((line[m] - sum(map(mul, row, lower[m]))) / lower[m][m])
        row.append(math.sqrt(line[n] - sum(map(mul, row, row))))
        lower.append(row)
    forward: list[float] = []
    for n, row in enumerate(lower):
        forward.append((right[n] - sum(map(mul, row, forward))) / row[n])
    found = [0.0] * len(lower)
    for n in range(len(lower) - 1, -1, -1):
        rest = sum(lower[m][n] * found[m] for m in range(n + 1, len(lower)))
        found[n] = (forward[n] - rest) / lower[n][n]
    return found
