"""Currencies, as ISO 4217 writes them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["USD"])]
"""The three letters of a currency."""
