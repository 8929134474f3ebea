"""Money in millionths of a currency's unit, so that sums are exact whatever the currency."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

MICROS: Final = 1_000_000

AmountMinor = Annotated[int, Field(ge=0, le=10**13, description="In the currency's smallest unit.")]

DECIMALS: Final = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF"), 0
    ),
    **dict.fromkeys(("XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Decimals of the currencies that have not two (ISO 4217)."""


def micros_of(amount_minor: int, currency: str) -> int:
    """An amount in the smallest unit as millionths of the currency's unit."""
    return int(amount_minor * 10 ** (6 - DECIMALS.get(currency, 2)))


def units_of(micros: int) -> float:
    """Millionths as a number of the currency's units, for people to read."""
    return micros / MICROS
